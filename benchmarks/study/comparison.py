"""What runs of an arm reached, patient by patient, and what one arm gains over another at equal false scar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from claim_aug.segmentation.calibrate import CAUTIONS, Scores, curve_of

RESAMPLES = 10_000
#: Cautions are interpolated between in logarithms, ascending.
LOG_CAUTIONS = np.log(CAUTIONS[::-1])


@dataclass(frozen=True)
class Runs:
    """All runs of one way of training.

    Attributes:
        scores: scores of every run, by patient; a patient has one for each seed.
    """

    scores: Mapping[str, Sequence[Scores]]

    @property
    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean Dice and mean false scar for every caution, ascending."""
        found = curve_of([own for runs in self.scores.values() for own in runs])
        return np.array(found.dice)[::-1], np.array(found.false_scar)[::-1]

    def dices(self, false_scar: float | None) -> dict[str, float]:
        """Dice of every patient with scar where normals have so much false scar, %LV, or at caution 1."""
        caution = 0.0
        if false_scar is not None:
            caution = float(np.interp(false_scar, np.maximum.accumulate(self.curve[1]), LOG_CAUTIONS))
        found = {}
        for name, runs in self.scores.items():
            known = [[pair[0] for pair in own][::-1] for own in runs if own[0][0] is not None]
            if known:
                found[name] = float(np.mean([np.interp(caution, LOG_CAUTIONS, own) for own in known]))
        return found

    @property
    def false_scar(self) -> float:
        """Mean false scar of normals at caution 1, %LV."""
        return float(np.interp(0.0, LOG_CAUTIONS, self.curve[1]))


def mean(dices: Mapping[str, float]) -> float:
    """Mean over patients."""
    return float(np.mean(list(dices.values())))


def gain(one: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Mean gain in points and its 95 % interval, by a paired bootstrap over patients."""
    values = 100 * np.array([one[name] - other[name] for name in one])
    means = values[np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    return "{:+.1f} ({:+.1f} to {:+.1f})".format(values.mean(), *np.percentile(means, [2.5, 97.5]))
