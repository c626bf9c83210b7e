"""Whether a classifier can tell how synthetic scar looks from how real scar looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.evaluation.realism import auc
from claim_aug.evaluation.resampling import Scars

#: Folds of patients, and strength of the classifier's penalty; our default.
FOLDS, PENALTY = 4, 10.0
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
    return auc(scores[known & (kind == 1)], scores[known & (kind == 0)])


def out_of_fold(table: Values, kind: NDArray[np.intp], names: NDArray[np.str_], folds: int) -> Values:
    """How synthetic every slice seems, (slices,), by a classifier that did not see its patient."""
    fold = dealt(kind, names, folds)
    scores = np.full(len(table), np.nan)
    for number in range(folds):
        test = fold == number
        if len(np.unique(kind[~test])) == 2:
            middle, scale = table[~test].mean(0), np.maximum(table[~test].std(0), 1e-9)
            features = with_squares((table - middle) / scale)
            scores[test] = ridge(features[~test], kind[~test], features[test])
    return scores


def dealt(kind: NDArray[np.intp], names: NDArray[np.str_], folds: int) -> NDArray[np.intp]:
    """The fold of every slice, (slices,): patients are dealt like cards, those of one kind and size after another."""
    patients, index, sizes = np.unique(names, return_inverse=True, return_counts=True)
    fold = np.empty(len(patients), np.intp)
    fold[np.lexsort((sizes, np.bincount(index, kind) / sizes))] = np.arange(len(patients)) % folds
    return fold[index]


def ridge(features: Values, kind: NDArray[np.intp], test: Values) -> Values:
    """How synthetic other slices seem, (tests,): scikit-learn's ``RidgeClassifier`` with balanced classes.

    It is solved here, as it is asked for thousands of times on small tables and its checks take longer than its sums.
    """
    weights = 1 / np.bincount(kind)[kind]
    middle = np.average(features, axis=0, weights=weights)
    weighted = (features - middle) * (weights * len(kind) / 2)[:, None]
    penalty = PENALTY * np.eye(features.shape[1])
    return (test - middle) @ np.linalg.solve(weighted.T @ (features - middle) + penalty, weighted.T @ (2.0 * kind - 1))


def with_squares(table: Values) -> Values:
    """Each column, in SD, and its square; what lies more than 4 SD off counts as 4, or a few slices would decide."""
    table = np.clip(table, -4, 4)
    return np.concatenate([table, table**2], axis=1)


def concatenated(parts: Sequence[NDArray[Any]], width: int) -> Values:
    """Rows of all parts, (rows, width), also of none."""
    return np.concatenate([*(part for part in parts if part.size), np.empty((0, width))])
