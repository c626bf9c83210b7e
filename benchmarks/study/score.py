"""How well a segmenter finds scar in patients that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy.slices import in_plane
from claim_aug.measures.dice import dice
from claim_aug.segmentation.predict import most_likely
from claim_aug.segmentation.windows import CAVITY, INFARCT, MVO, MYOCARDIUM, on_region
from study.data import Patient, windows_of


def judged(
    shares: Callable[[NDArray[np.float32]], NDArray[np.float32]], patients: Sequence[Patient], cautions: Sequence[float]
) -> list[dict[str, dict[str, Any]]]:
    """By caution, by patient: Dice of scar and of MVO in the scan's own voxels, and scar found, in % of the wall.

    Args:
        shares: from images (slices, 1, side, side) to the share of each class (slices, classes, side, side).
        cautions: factors of the share that is given to scar before the largest share wins.
    """
    windows = [windows_of(patient).images for patient in patients]
    every = np.split(shares(np.concatenate(windows)), np.cumsum([len(images) for images in windows])[:-1])
    seen = {patient.name: on_region(own, patient.anatomy) for patient, own in zip(patients, every, strict=True)}
    return [{patient.name: judge(seen[patient.name], patient, caution) for patient in patients} for caution in cautions]


def judge(seen: NDArray[np.float32], patient: Patient, caution: float) -> dict[str, Any]:
    """One patient's scores of the shares in its voxels; ``None`` where there is nothing to find."""
    anatomy = patient.anatomy
    found = most_likely(seen, caution)
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
        "as wall": 100 * float((within == MYOCARDIUM).mean()) if within.size else None,
        "myocardium": dice(found >= MYOCARDIUM, wall),
    }


def mean_of(scores: dict[str, dict[str, Any]], name: str) -> float:
    """Mean over the patients that have a value."""
    values = [own[name] for own in scores.values() if own[name] is not None]
    return float(np.mean(values)) if values else float("nan")
