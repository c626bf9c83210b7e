"""What all suites share: checks of which some may be expected to fail, strictly and with a reason."""

from __future__ import annotations

import functools
import unittest
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from claim_aug.errors import InputError
from claim_aug.plugins.registry import did_you_mean


class Suite(unittest.TestCase):
    """Checks that a subclass inherits; the first line of each docstring says what holds, the rest why it matters.

    Attributes:
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.
    """

    __test__ = False  # pytest collects the subclasses that are given something to check, not the suites
    expected_failures: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.__test__ = vars(cls).get("__test__", True)
        for name in vars(cls).get("expected_failures", {}):
            check = getattr(cls, name, None)
            if check is None:
                known = unittest.defaultTestLoader.getTestCaseNames(cls)
                msg = f"{cls.__name__} has no check {name!r} to fail{did_you_mean(name, known)}"
                raise InputError(msg)
            setattr(cls, name, unittest.expectedFailure(wrapped(check)))

    @classmethod
    def setUpClass(cls) -> None:
        """Skip a suite that was imported to be subclassed; ``unittest`` runs all that it finds in a module."""
        if not cls.__test__:
            raise unittest.SkipTest("a suite by itself has nothing to check")

    def must(self, holds: object, message: str) -> None:
        """Fail with a message unless something holds; unlike ``assert``, under ``python -O``, too."""
        if not holds:
            raise self.failureException(message)


def wrapped(check: Callable[..., None]) -> Callable[..., None]:
    """A check of its own that does the same, so that it can be marked without marking that of the parent."""

    @functools.wraps(check)
    def same(self: Suite) -> None:
        check(self)

    return same
