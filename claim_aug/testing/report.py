"""Running a suite without pytest, and what became of each check."""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from claim_aug.plugins.guard import in_words
from claim_aug.testing.suite import Suite

Outcome = Literal["passed", "failed", "skipped", "failed as expected", "passed unexpectedly"]


@dataclass(frozen=True)
class CheckResult:
    """What became of one check.

    Attributes:
        check: name of the check, such as ``"test_it_can_be_pickled"``.
        outcome: ``"passed"``, ``"failed"``, ``"skipped"``, ``"failed as expected"`` or ``"passed unexpectedly"``.
        detail: what was found instead, or why it was skipped or expected; ``""`` where it passed.
        holds: what the check says that holds.
        why: why that matters.

    Example:
        >>> from claim_aug.testing import CheckResult
        >>> CheckResult("test_it_can_be_pickled", "failed", "PicklingError", "It can be pickled.", "Workers.").good
        False
    """

    check: str
    outcome: Outcome
    detail: str
    holds: str
    why: str

    @property
    def good(self) -> bool:
        """Whether nothing has to be mended."""
        return self.outcome not in ("failed", "passed unexpectedly")


def run_suite(suite: type[Suite], checks: Iterable[str] | None = None) -> list[CheckResult]:
    """Run the checks of a suite.

    Args:
        suite: subclass of ``PriorTests``, ``GeneratorTests`` or ``FrameworkTests``.
        checks: names of the checks to run; all where not given.

    Example:
        >>> from claim_aug.priors.blobs import RandomPrior
        >>> from claim_aug.testing import PriorTests, run_suite
        >>> class TestRandom(PriorTests):
        ...     factory = RandomPrior
        >>> all(result.good for result in run_suite(TestRandom))
        True
    """
    names = unittest.defaultTestLoader.getTestCaseNames(suite) if checks is None else checks
    return [run_check(suite, name) for name in names]


def run_check(suite: type[Suite], name: str) -> CheckResult:
    """Run one check of a suite."""
    result = Kept()
    suite(name).run(result)
    outcome, detail = result.kept
    if outcome in ("failed as expected", "passed unexpectedly"):
        detail = suite.expected_failures[name]
    holds, _, why = (inspect.getdoc(getattr(suite, name)) or name).partition("\n\n")
    return CheckResult(name, outcome, detail, " ".join(holds.split()), " ".join(why.split()))


class Kept(unittest.TestResult):
    """The outcome of one test, and its error in one line."""

    kept: tuple[Outcome, str] = ("passed", "")

    def addError(self, test, err) -> None:  # type: ignore[no-untyped-def]
        self.kept = ("failed", in_words(err[1]))

    def addFailure(self, test, err) -> None:  # type: ignore[no-untyped-def]
        self.kept = ("failed", " ".join(str(err[1]).split()))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.kept = ("skipped", reason)

    def addExpectedFailure(self, test, err) -> None:  # type: ignore[no-untyped-def]
        self.kept = ("failed as expected", "")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.kept = ("passed unexpectedly", "")
