"""Rules that an evaluation has to meet, such as ``auc<0.7,adherence>0.7``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claim_aug.errors import InputError
from claim_aug.evaluation.metric import Evaluation
from claim_aug.evaluation.registered_metrics import metric_names

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
RULE = re.compile(r"\s*(?P<name>\w+)\s*(?P<sign><=|>=|<|>|=)\s*(?P<limit>[-+.\deE]+)\s*")


@dataclass(frozen=True)
class Requirement:
    """One rule: the metric of a name compared with a limit."""

    name: str
    sign: str
    limit: float

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.limit:g}"


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """The rules of a text, separated by commas.

    Raises:
        InputError: a rule that cannot be read, or an unknown metric; all names are listed.

    Example:
        >>> [str(rule) for rule in parse_requirements("auc<0.7, leaks=0")]
        ['auc<0.7', 'leaks=0']
    """
    rules, names = [], metric_names()
    for part in text.split(","):
        found = RULE.fullmatch(part)
        try:
            if found is None or found["name"] not in names:
                raise ValueError
            rules.append(Requirement(found["name"], found["sign"], float(found["limit"])))
        except ValueError:
            msg = f"--require needs rules such as auc<0.7,adherence>0.7, got {part!r}; metrics: {', '.join(names)}"
            raise InputError(msg) from None
    return tuple(rules)


def unmet(rules: Sequence[Requirement], evaluation: Evaluation) -> list[str]:
    """The rules that do not hold, with what was found; a metric that was not judged meets none."""
    broken = []
    for rule in rules:
        value = evaluation[rule.name].value
        if value is None:
            broken.append(f"{rule}, not judged ({evaluation[rule.name].sentence})")
        elif not COMPARISONS[rule.sign](value, rule.limit):
            broken.append(f"{rule}, found {value:.3g}")
    return broken
