"""Metrics by name, those of plugins among them: what they may be, and what comes of what they give or raise."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Real
from typing import Any

from claim_aug.errors import PluginError
from claim_aug.evaluation.evaluate_sets import MANIFOLD
from claim_aug.evaluation.metrics import GROUPS, Definition
from claim_aug.evaluation.resampling import Scars, Statistic
from claim_aug.evaluation.set_statistics import NAN
from claim_aug.plugins.guard import naming_whatever_is_raised
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Entry

#: Metrics that ask for more than the scars of two sets.
SPECIAL = (*MANIFOLD, "changed", "leaks", "copies")


def metric_names() -> list[str]:
    """The names of all metrics."""
    return [*load_plugins().metrics.entries, *SPECIAL]


def registered_metrics() -> tuple[Definition, ...]:
    """The definitions of all metrics, the built-in ones first.

    Raises:
        PluginError: what a plugin registered is no metric.
    """
    return tuple(definition_of(entry) for entry in load_plugins().metrics)


def definition_of(entry: Entry) -> Definition:
    """The definition that was registered, itself or among several, with a statistic that names it in its errors.

    Raises:
        PluginError: what is no definition of that name, or has a name that is taken.
    """
    found = entry.resolve()
    if isinstance(found, tuple):
        found = next((one for one in found if getattr(one, "name", None) == entry.name), None)
    with naming_whatever_is_raised(f"metric {entry.source}"):
        wrong = wrong_definition(found, entry.name)
    if wrong:
        msg = f"metric {entry.source} cannot be used: {wrong}"
        raise PluginError(msg)
    return replace(found, statistic=guarded(found.statistic, f"metric {entry.source}"))


def wrong_definition(found: Any, name: str) -> str | None:
    """How something is no definition of a metric; ``None`` where it is one."""
    if not isinstance(found, Definition):
        return f"it needs a Definition, there is {type(found).__name__}"
    if found.name != name or name in SPECIAL:
        return f"{name!r} is a metric of evaluate" if name in SPECIAL else f"its definition is called {found.name!r}"
    if found.group not in GROUPS:
        return f"its group needs to be one of {', '.join(GROUPS)}, got {found.group!r}"
    for text in (found.sentence, found.advice):
        if not isinstance(text, str):
            return "its sentence and its advice need to be text"
    found.sentence.format(value=0.5)
    for ends in (found.fine, *([] if found.fatal is None else [found.fatal])):
        low, high = map(float, ends)
        if not low <= high:
            return f"a range needs its lower end first, got {ends}"
    return None if callable(found.statistic) else "its statistic cannot be called"


def guarded(statistic: Statistic, who: str) -> Statistic:
    """A statistic that gives a finite number or NaN, and an error with its name where it fails."""

    def value(synthetic: Scars, real: Scars) -> float:
        with naming_whatever_is_raised(who):
            found = statistic(tuple(synthetic), tuple(real))
            number = float(found) if isinstance(found, Real) else None
        if number is None:
            msg = f"{who} broke its contract: it gave {type(found).__name__} and not a number"
            raise PluginError(msg)
        return number if math.isfinite(number) else NAN

    return value
