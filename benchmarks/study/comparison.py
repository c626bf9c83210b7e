"""What runs of an arm reached, patient by patient, and what one arm gains over another at equal false scar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from claim_aug.segmentation.calibrate import Curve, Scores, curve_of

RESAMPLES = 10_000


@dataclass(frozen=True)
class Runs:
    """All runs of one way of training.

    Attributes:
        scores: scores of every run, by patient; a patient has one for each seed.
    """

    scores: Mapping[str, Sequence[Scores]]

    @property
    def curve(self) -> Curve:
        """Mean Dice and mean false scar for every caution."""
        return curve_of([own for runs in self.scores.values() for own in runs])

    def dices(self, false_scar: float | None) -> dict[str, float]:
        """Dice of every patient with scar where normals have so much false scar, %LV, or at caution 1."""
        caution = 1.0 if false_scar is None else self.curve.caution_for(false_scar)
        known = {name: runs for name, runs in self.scores.items() if runs[0][0][0] is not None}
        return {
            name: float(np.mean([curve_of([own]).dice_at(caution) for own in runs])) for name, runs in known.items()
        }

    @property
    def false_scar(self) -> float:
        """Mean false scar of normals at caution 1, %LV."""
        return self.curve.false_scar_at(1.0)


def mean(dices: Mapping[str, float]) -> float:
    """Mean over patients."""
    return float(np.mean(list(dices.values())))


def gain(one: Mapping[str, float], other: Mapping[str, float]) -> str:
    """Mean gain in points and its 95 % interval, by a paired bootstrap over patients."""
    values = 100 * np.array([one[name] - other[name] for name in one])
    means = values[np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    return "{:+.1f} ({:+.1f} to {:+.1f})".format(values.mean(), *np.percentile(means, [2.5, 97.5]))
