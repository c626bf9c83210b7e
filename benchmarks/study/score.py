"""How well a segmenter finds scar in patients that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from claim_aug.evaluation.slices import in_plane
from claim_aug.evaluation.thresholds import dice
from study.data import INFARCT, MVO, Patient, back, windows_of
from study.network import shares


def judged(network: nn.Module, patients: Sequence[Patient]) -> dict[str, dict[str, Any]]:
    """By patient: Dice of scar and of MVO in the scan's own voxels, and scar found, in % of the wall."""
    return {patient.name: judge(network, patient) for patient in patients}


def judge(network: nn.Module, patient: Patient) -> dict[str, Any]:
    """One patient's scores; ``None`` where there is nothing to find."""
    anatomy = patient.anatomy
    found = back(patient, shares(network, windows_of(patient).pictures))
    scar, mvo = found >= INFARCT, found == MVO
    true_scar, true_mvo, wall = (in_plane(mask, anatomy) for mask in (anatomy.scar, anatomy.mvo, anatomy.wall))
    return {
        "scar": dice(scar, true_scar),
        "mvo": dice(mvo, true_mvo),
        "burden": 100 * float(scar.sum() / wall.sum()),
        "true burden": 100 * float(true_scar.sum() / wall.sum()),
        "mvo found": bool(mvo.any()),
        "myocardium": dice((found >= 2), wall),
    }


def mean_of(scores: dict[str, dict[str, Any]], name: str) -> float:
    """Mean over the patients that have a value."""
    values = [own[name] for own in scores.values() if own[name] is not None]
    return float(np.mean(values)) if values else float("nan")
