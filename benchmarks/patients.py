"""Patients of a data set parted into those to learn from and those to judge, as folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from claim_aug.data.case import Case
from claim_aug.evaluation.realism import patient_folds


def lay_out(cases: Sequence[Case], folder: Path, folds: int, apart: int) -> None:
    """Write ``train`` and ``test``, the fold ``apart``, as data sets of links to the patients' files."""
    fold = patient_folds(np.array([case.name for case in cases]), folds, 0)
    for case, own in zip(cases, fold, strict=True):
        for kind, paths in (("images", case.image_paths), ("labels", case.label_paths)):
            part = folder / ("test" if own == apart else "train") / kind
            part.mkdir(parents=True, exist_ok=True)
            for path in paths:
                (part / path.name).symlink_to(path.resolve())
