"""How much scar is found where there is none, and how sure a segmenter has to be for it to be less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.measures.dice import dice
from claim_aug.segmentation.predict import most_likely
from claim_aug.segmentation.scan import scar_in_wall
from claim_aug.segmentation.specks import without_specks
from claim_aug.segmentation.windows import INFARCT, MYOCARDIUM, Windows

#: Factors of scar's share that are tried.
CAUTIONS = (4.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.06, 0.04, 0.02, 0.01)
#: Where scar is looked for: anywhere in the window, or within the labelled wall.
ANYWHERE, WITHIN_WALL = "anywhere", "within the wall"


@dataclass(frozen=True)
class Curve:
    """Dice against false scar, both means over patients that the network had not seen, for every caution.

    Attributes:
        dice: mean Dice of the patients with scar, (cautions,), 0-1; NaN where there are none.
        false_scar: mean size of scar that is found in patients without any, %LV, (cautions,); NaN where there are none.
    """

    dice: tuple[float, ...]
    false_scar: tuple[float, ...]

    def caution_for(self, false_scar: float) -> float:
        """The largest caution at which normals have at most so much false scar, %LV; 1 where there are no normals."""
        if np.isnan(self.false_scar).all():
            return 1.0
        found = np.array(self.false_scar)[::-1]  # grows with caution
        log = np.interp(false_scar, np.maximum.accumulate(found), np.log(CAUTIONS)[::-1])
        return float(np.exp(log))

    def dice_at(self, caution: float) -> float:
        """Dice at a caution, interpolated."""
        return float(np.interp(np.log(caution), np.log(CAUTIONS)[::-1], np.array(self.dice)[::-1]))

    def false_scar_at(self, caution: float) -> float:
        """False scar at a caution, %LV, interpolated."""
        return float(np.interp(np.log(caution), np.log(CAUTIONS)[::-1], np.array(self.false_scar)[::-1]))


Scores = list[tuple[float | None, float | None]]


def score(shares: NDArray[np.float32], windows: Windows, where: str) -> Scores:
    """Dice of one patient's scar, or %LV of scar found in a patient without any, for every caution.

    Args:
        shares: share of each class, (windows, classes, side, side), 0-1.
        windows: windows of the patient.
        where: place in which scar is looked for, ``ANYWHERE`` or ``WITHIN_WALL``.
    """
    wall, scar = windows.classes >= MYOCARDIUM, windows.classes >= INFARCT
    scores: Scores = []
    for caution in CAUTIONS:
        if where == WITHIN_WALL:
            classes = scar_in_wall(np.moveaxis(shares, 1, 0), wall, caution)
        else:
            classes = most_likely(shares, caution)
        found = without_specks(classes) >= INFARCT
        if scar.any():
            scores.append((dice(found, scar), None))
        else:
            scores.append((None, 100 * float(found.sum() / max(wall.sum(), 1))))
    return scores


def curve_of(scores: Sequence[Scores]) -> Curve:
    """The curve of many patients."""

    def mean(part: int, caution: int) -> float:
        values = [own[caution][part] for own in scores if own[caution][part] is not None]
        return float(np.mean(values)) if values else float("nan")  # type: ignore[arg-type]

    places = range(len(CAUTIONS))
    return Curve(tuple(mean(0, place) for place in places), tuple(mean(1, place) for place in places))


def as_table(curves: Mapping[str, Curve]) -> str:
    """Curves in Markdown, a row for each caution."""
    lines = ["| caution | " + " | ".join(f"Dice {where} | false scar, %LV" for where in curves) + " |"]
    lines.append("|---" * (1 + 2 * len(curves)) + "|")
    for place, caution in enumerate(CAUTIONS):
        cells = (f"{curve.dice[place]:.3f} | {curve.false_scar[place]:.2f}" for curve in curves.values())
        lines.append(f"| {caution:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines).replace("nan", "-")
