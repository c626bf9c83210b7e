"""The best and the worst scans of a synthetic set, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claim_aug.evaluation.resampling import Scars
from claim_aug.evaluation.scan_scar import APPEARANCE, ScanScar
from claim_aug.evaluation.two_sample import slice_table

#: How a number that is too high or too low reads.
WORDS = {
    "brightness": ("brighter", "less bright"),
    "over blood": ("brighter beside blood", "less bright beside blood"),
    "fine": ("more fine grain", "less fine grain"),
    "coarse": ("more coarse grain", "less coarse grain"),
    "gradient": ("rougher", "smoother"),
    "spread": ("more uneven", "more even"),
    "lag 1": ("smoother from pixel to pixel", "noisier from pixel to pixel"),
    "lag 2": ("smoother over two pixels", "noisier over two pixels"),
    "border": ("a steeper border", "a fainter border"),
    "slope": ("brighter at the endocardium", "less bright at the endocardium"),
}


@dataclass(frozen=True)
class RankedScan:
    """A synthetic scan among the others.

    Attributes:
        name: name of the scan.
        score: how far it is from what is usual, 0 or more; lower is better.
        reason: what is least usual about it, in words.
    """

    name: str
    score: float
    reason: str


def ranking(synthetic: Scars, real: Scars) -> list[RankedScan]:
    """The scans from best to worst.

    With a real set they are ranked by how far the scar's looks are from the real median, in robust SD (1.48 MAD),
    averaged over ten numbers. Without one, by how little the labels agree with what FWHM finds.
    """
    return sorted((ranked(one, real) for one in measurable(synthetic, real)), key=lambda scan: scan.score)


def measurable(synthetic: Scars, real: Scars) -> Scars:
    """The scans that can be ranked."""
    return [scar for scar in synthetic if (scar.complete.any() if real else scar.slices.fwhm)]


def ranked(scar: ScanScar, real: Scars) -> RankedScan:
    """One scan with its score."""
    if not real:
        dice = float(np.mean(scar.slices.fwhm))
        return RankedScan(scar.name, 1 - dice, f"the labels agree with what FWHM finds, Dice {dice:.2f}")
    table = slice_table(real)[0]
    middle = np.median(table, axis=0)
    scale = np.maximum(1.4826 * np.median(np.abs(table - middle), axis=0), 1e-6)
    away = (scar.appearance[scar.complete].mean(0) - middle) / scale
    worst = int(np.abs(away).argmax())
    words = WORDS[APPEARANCE[worst]][int(away[worst] < 0)]
    score = float(np.minimum(np.abs(away), 10).mean())
    return RankedScan(scar.name, score, f"{words} than real scar, by {abs(away[worst]):.1f} SD")
