"""A burden that moves while a training goes on: from scars that are easy to find to those of patients, say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claim_aug.errors import InputError
from claim_aug.priors.ranges import check_range

Ends = tuple[float, float]


@dataclass(frozen=True)
class Curriculum:
    """The range that the burden is drawn from, step by step; in between, both ends move evenly.

    Attributes:
        first: range of burden in %LV at the start, 0.1-100.
        last: range of burden in %LV after ``steps``, 0.1-100.
        steps: number of the generator's updates in which the range moves, from 1.

    Raises:
        InputError: a range that is none, or no step.

    >>> Curriculum(first=(15, 30), last=(5, 30), steps=100).burden(50)
    (10.0, 30.0)
    """

    first: Ends
    last: Ends
    steps: int

    def __post_init__(self) -> None:
        for name in ("first", "last"):
            if not isinstance(check_range(name, getattr(self, name), 0.1, 100), tuple):
                msg = f"{name} of a curriculum needs a range such as (5, 30) in %LV, got {getattr(self, name)!r}"
                raise InputError(msg)
        if self.steps < 1:
            msg = f"a curriculum needs 1 step or more, got {self.steps}"
            raise InputError(msg)

    def burden(self, step: int) -> Ends:
        """The range in %LV at a step, from 0."""
        both = zip(self.first, self.last, strict=True)
        low, high = (float(np.clip(np.interp(step, (0, self.steps), ends), min(ends), max(ends))) for ends in both)
        return low, high
