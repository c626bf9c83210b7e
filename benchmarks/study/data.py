"""Patients, their folds, and their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug import LVAnatomy
from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.realism import patient_folds
from claim_aug.segmentation.windows import Windows, cut_windows

SCHEME = LabelScheme.parse("emidec")
FOLDS = 3


@dataclass(frozen=True)
class Patient:
    """A scan and its labels, (I, J, K), and its ventricle; ``number`` counts the data set's patients."""

    number: int
    name: str
    image: NDArray[Any]
    labels: NDArray[Any]
    anatomy: LVAnatomy

    @property
    def scarred(self) -> bool:
        return bool(self.anatomy.scar.any())


def read_patients(dataset: Path) -> list[Patient]:
    """Every patient of a folder of labelled scans, by name."""
    found = []
    for number, case in enumerate(find_cases(dataset)):
        found.append(Patient(number, case.name, case.image, case.labels, case.ventricle(SCHEME)))
    return found


def parted(
    patients: Sequence[Patient], fold: int, size: int | None, seed: int, *, inner: bool = False
) -> tuple[list[Patient], list[Patient]]:
    """Patients to learn from, and patients to judge by: a third of those with scar, and of those without.

    Args:
        size: how many with scar are learnt from; all where ``None``. Smaller sets lie within larger ones.
        seed: draws which.
        inner: stay within the patients that are learnt from otherwise, whatever their number, and part those. What
            is chosen there never saw the third that the result is measured on.
    """
    learn, judges = [], []
    for scarred in (True, False):
        group = [patient for patient in patients if patient.scarred == scarred]
        rest, third = without(group, fold)
        if inner:
            rest, third = without(rest, seed % FOLDS)
        if scarred and size is not None:
            rest = [rest[index] for index in np.random.default_rng((seed, fold)).permutation(len(rest))[:size]]
        learn += rest
        judges += third
    return learn, judges


def without(group: Sequence[Patient], fold: int) -> tuple[list[Patient], list[Patient]]:
    """The patients that are not of a fold, and those that are."""
    folds = patient_folds(np.array([patient.name for patient in group]), FOLDS, 0)
    sides: tuple[list[Patient], list[Patient]] = ([], [])
    for patient, number in zip(group, folds, strict=True):
        sides[int(number == fold)].append(patient)
    return sides


def windows_of(patient: Patient, image: NDArray[Any] | None = None, labels: NDArray[Any] | None = None) -> Windows:
    """The windows of every slice that shows the wall, of another image and other labels where given.

    EMIDEC's label values are the numbers of the classes.
    """
    box = patient.anatomy.box
    return cut_windows(
        (patient.image if image is None else image)[box],
        (patient.labels if labels is None else labels)[box],
        patient.anatomy,
    )
