"""How well a segmenter finds scar in patients that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from claim_aug.evaluation.slices import in_plane
from claim_aug.evaluation.thresholds import dice
from study.data import CAVITY, CLASSES, INFARCT, MVO, WALL, Patient, back, windows_of
from study.network import shares


def judged(
    network: nn.Module, patients: Sequence[Patient], cautions: Sequence[float]
) -> list[dict[str, dict[str, Any]]]:
    """By caution, by patient: Dice of scar and of MVO in the scan's own voxels, and scar found, in % of the wall.

    Args:
        cautions: factors of the share that is given to scar before the largest share wins.
    """
    seen = {patient.name: shares(network, windows_of(patient).pictures) for patient in patients}
    return [{patient.name: judge(seen[patient.name], patient, caution) for patient in patients} for caution in cautions]


def judge(seen: NDArray[np.float32], patient: Patient, caution: float) -> dict[str, Any]:
    """One patient's scores of the shares that a network gave; ``None`` where there is nothing to find."""
    anatomy = patient.anatomy
    weights = np.where(np.arange(CLASSES) >= INFARCT, caution, 1)[:, None, None]
    found = back(patient, weights * seen)
    scar, mvo = found >= INFARCT, found == MVO
    true_scar, true_mvo, wall = (in_plane(mask, anatomy) for mask in (anatomy.scar, anatomy.mvo, anatomy.wall))
    within = found[true_scar]  # scar that is missed is taken for something else
    return {
        "scar": dice(scar, true_scar),
        "mvo": dice(mvo, true_mvo),
        "burden": 100 * float(scar.sum() / wall.sum()),
        "true burden": 100 * float(true_scar.sum() / wall.sum()),
        "mvo found": bool(mvo.any()),
        "as blood": 100 * float((within == CAVITY).mean()) if within.size else None,
        "as wall": 100 * float((within == WALL).mean()) if within.size else None,
        "myocardium": dice(found >= WALL, wall),
    }


def mean_of(scores: dict[str, dict[str, Any]], name: str) -> float:
    """Mean over the patients that have a value."""
    values = [own[name] for own in scores.values() if own[name] is not None]
    return float(np.mean(values)) if values else float("nan")
