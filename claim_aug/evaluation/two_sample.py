"""Whether a classifier can tell how synthetic scar looks from how real scar looks. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.evaluation.resampling import Scars
from claim_aug.optional import need

FOLDS = 4
Values = NDArray[np.float64]


def slice_table(scars: Scars) -> tuple[Values, NDArray[np.str_]]:
    """How each slice looks, (slices, 10), and the patient of each; slices that say too little are left out."""
    rows = [scar.appearance[scar.complete] for scar in scars]
    names = [np.full(len(part), scar.patient) for part, scar in zip(rows, scars, strict=True)]
    return np.concatenate([*rows, np.empty((0, 10))]), np.concatenate([*names, np.empty(0, "<U1")])


def two_sample_auc(synthetic: Scars, real: Scars) -> float:
    """Area under the ROC curve of a linear classifier in patients that it has not seen, 0-1; NaN with too few.

    It sees each number of a slice's appearance and its square, so that a set that varies less is told apart, too.
    All scans of a patient, real and synthetic, are in one fold. The two sets need not show the same slices.
    """
    (one, first), (other, second) = slice_table(synthetic), slice_table(real)
    names = np.concatenate([first, second])
    folds = min(FOLDS, len(np.unique(first)), len(np.unique(second)))
    if folds < 2:
        return float("nan")
    table, kind = np.concatenate([one, other]), np.repeat([1, 0], [len(one), len(other)])
    scores = out_of_fold(table, kind, names, folds)
    known = np.isfinite(scores)
    if len(np.unique(kind[known])) < 2:
        return float("nan")
    return float(need("sklearn.metrics", "evaluate").roc_auc_score(kind[known], scores[known]))


def out_of_fold(table: Values, kind: NDArray[np.intp], names: NDArray[np.str_], folds: int) -> Values:
    """How synthetic every slice seems, (slices,), by a classifier that did not see its patient."""
    linear = need("sklearn.linear_model", "evaluate").RidgeClassifier
    splitter = need("sklearn.model_selection", "evaluate").StratifiedGroupKFold(folds)
    scores = np.full(len(table), np.nan)
    for train, test in splitter.split(table, kind, names):
        if len(np.unique(kind[train])) == 2:
            middle, scale = table[train].mean(0), np.maximum(table[train].std(0), 1e-9)
            features = with_squares((table - middle) / scale)
            model = linear(alpha=10.0, class_weight="balanced").fit(features[train], kind[train])
            scores[test] = model.decision_function(features[test])
    return scores


def with_squares(table: Values) -> Values:
    """Each column, in SD, and its square; what lies more than 4 SD off counts as 4, or a few slices would decide."""
    table = np.clip(table, -4, 4)
    return np.concatenate([table, table**2], axis=1)


def concatenated(parts: Sequence[NDArray[Any]], width: int) -> Values:
    """Rows of all parts, (rows, width), also of none."""
    return np.concatenate([*(part for part in parts if part.size), np.empty((0, width))])
