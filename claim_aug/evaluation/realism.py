"""Whether a network can tell real scars from synthetic ones in patients that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from claim_aug.errors import InputError
from claim_aug.evaluation import discriminator
from claim_aug.evaluation.discriminator import Crops, Values

FOLDS = 4
RESAMPLES = 1000


@dataclass(frozen=True)
class Realism:
    """How well real and synthetic are told apart: 0.5 not at all, 1 always.

    Attributes:
        auc: area under the ROC curve, mean over folds, 0-1.
        low, high: ends of the 95 % interval of the AUC, by bootstrap over patients within their folds, 0-1.
        folds: AUC of each fold, 0-1.
    """

    auc: float
    low: float
    high: float
    folds: tuple[float, ...]


def realism(
    real: Sequence[Crops] | Crops,
    synthetic: Sequence[Crops] | Crops,
    patients: ArrayLike,
    *,
    folds: int = FOLDS,
    seed: int = 0,
    steps: int = discriminator.STEPS,
) -> Realism:
    """Cross-validate the discriminator by patient. Fair where the two sets differ in nothing but the rendering.

    Args:
        real, synthetic: crops, (crops, 2, size, size), from ``crops.lv_crop``; crop ``i`` of both shows the same slice,
            with its own scar and with the same scar painted again.
        patients: name or number of the patient of each crop, (crops,).
        folds: number of folds, from 2.
        seed: seed of folds, networks and bootstrap.
        steps: number of training steps of each discriminator.

    Raises:
        InputError: sets that do not match, or fewer patients than folds.
    """
    names, real, synthetic = np.asarray(patients), np.asarray(real), np.asarray(synthetic)
    if real.shape != synthetic.shape or names.shape != (len(real),):
        msg = f"real, synthetic and patients need one length, got {real.shape}, {synthetic.shape} and {names.shape}"
        raise InputError(msg + "; give each slice once real and once painted again")
    fold = patient_folds(names, folds, seed)
    scores = np.empty((2, len(real)))
    for number in range(folds):
        test = fold == number
        both = np.concatenate([real[test], synthetic[test]])
        found = discriminator.score(real[~test], synthetic[~test], both, seed=seed + number, steps=steps)
        scores[:, test] = found.reshape(2, -1)
    areas = tuple(auc(*scores[:, fold == number]) for number in range(folds))
    low, high = np.percentile(bootstrap(scores, names, fold, np.random.default_rng(seed)), [2.5, 97.5])
    return Realism(float(np.mean(areas)), float(low), float(high), areas)


def patient_folds(patients: NDArray[np.generic], folds: int, seed: int) -> NDArray[np.intp]:
    """The fold of every slice, (slices,): all slices of a patient are in one, and folds have like many patients.

    Raises:
        InputError: fewer patients than folds, or fewer than 2 folds.
    """
    names, index = np.unique(patients, return_inverse=True)
    if not 2 <= folds <= len(names):
        msg = f"cross-validation needs 2 folds or more and a patient for each, got {folds} folds and {len(names)} "
        raise InputError(msg + "patients; give more patients or fewer folds")
    return (np.random.default_rng(seed).permutation(len(names)) % folds)[index]


def auc(real: Values, synthetic: Values) -> float:
    """Probability that a real crop scores higher than a synthetic one, ties counting half."""
    ranks = stats.rankdata(np.concatenate([real, synthetic]))[: len(real)]
    return float((ranks.mean() - (len(real) + 1) / 2) / len(synthetic))


def bootstrap(
    scores: Values, patients: NDArray[np.generic], fold: NDArray[np.intp], rng: np.random.Generator
) -> Values:
    """Mean AUC over folds of resampled patients, (resamples,); ``scores`` is (2, slices), real and synthetic."""
    groups = [
        [np.flatnonzero(patients == name) for name in np.unique(patients[fold == number])] for number in np.unique(fold)
    ]
    found = np.empty(RESAMPLES)
    for index in range(RESAMPLES):
        drawn = (np.concatenate([own[one] for one in rng.integers(len(own), size=len(own))]) for own in groups)
        found[index] = np.mean([auc(*scores[:, slices]) for slices in drawn])
    return found
