"""Intervals and null distributions over patients: slices of one patient are never taken for independent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from claim_aug.evaluation.scan_scar import ScanScar

Scars = Sequence[ScanScar]
#: A number of one set, or of one set against another.
Statistic = Callable[[Scars, Scars], float]
Values = NDArray[np.float64]

#: Times that patients are drawn anew, and that patients change sets; our default.
RESAMPLES, PERMUTATIONS = 200, 200
#: Percent that chance is given: some twenty metrics are looked at, and one in twenty would always stand out.
CHANCE = 99


def by_patient(scars: Scars) -> list[list[ScanScar]]:
    """The scans of each patient together, patients by name."""
    names = sorted({scar.patient for scar in scars})
    return [[scar for scar in scars if scar.patient == name] for name in names]


def bootstrap_interval(
    statistic: Statistic, one: Scars, other: Scars, rng: np.random.Generator, count: int = RESAMPLES
) -> tuple[float, float]:
    """The 95 % interval of a statistic when the patients of both sets are drawn anew; NaN where it is not known.

    A patient who is drawn twice makes two sets less alike than they are, so the interval is shifted until its median is
    the value itself.

    Args:
        statistic: function of two sets.
        one, other: scars of both sets; the second may be empty.
        rng: stream that patients are drawn with.
        count: number of draws.
    """
    groups = by_patient(one), by_patient(other)
    found = np.array([statistic(*(resampled(part, rng) for part in groups)) for _ in range(count)])
    found = found[np.isfinite(found)]
    if not found.size:
        return float("nan"), float("nan")
    low, high = interval(found + statistic(one, other) - np.median(found))
    # What cannot be negative, or above 1, stays so.
    return max(low, 0.0) if found.min() >= 0 else low, min(high, 1.0) if found.max() <= 1 else high


def permutation_null(
    statistic: Statistic, one: Scars, other: Scars, rng: np.random.Generator, count: int = PERMUTATIONS
) -> Values:
    """A statistic of two sets when it is left to chance which patients are in which set, (count,).

    The scans of a patient stay together. A patient with scans in both sets counts as two.
    """
    units = [*by_patient(one), *by_patient(other)]
    size = len(by_patient(one))
    found = []
    for _ in range(count):
        order = rng.permutation(len(units))
        sets = ([*chain.from_iterable(units[place] for place in part)] for part in (order[:size], order[size:]))
        found.append(statistic(*sets))
    return np.array(found)


def resampled(groups: Sequence[list[ScanScar]], rng: np.random.Generator) -> list[ScanScar]:
    """As many patients as there are, drawn with replacement."""
    return (
        [*chain.from_iterable(groups[place] for place in rng.integers(len(groups), size=len(groups)))] if groups else []
    )


def interval(found: Values, percent: float = 95) -> tuple[float, float]:
    """The middle 95 percent, or as many as given, of what is known; NaN where nothing is."""
    known = found[np.isfinite(found)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [50 - percent / 2, 50 + percent / 2])
    return float(low), float(high)
