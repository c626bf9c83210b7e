"""Patients, their folds, and their windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug import LVAnatomy
from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.realism import patient_folds
from claim_aug.phantom.other_scanner import on_other_scanner, sample_scanner
from claim_aug.segmentation.windows import Windows, class_map, cut_windows

SCHEME = LabelScheme.parse("emidec")
FOLDS = 3
#: Seed of the simulated scanners.
SCANNERS = 5


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


def parted(patients: Sequence[Patient], fold: int, size: int | None, seed: int) -> tuple[list[Patient], list[Patient]]:
    """Patients to learn from, and patients to judge by: a third of those with scar, and of those without.

    Args:
        size: how many with scar are learnt from; all where ``None``. Smaller sets lie within larger ones.
        seed: draws which.
    """
    learn, judges = [], []
    for scarred in (True, False):
        group = [patient for patient in patients if patient.scarred == scarred]
        rest, third = without(group, fold)
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


def windows_of(patient: Patient) -> Windows:
    """The windows of every slice that shows the wall."""
    return cut_windows(patient.image[patient.anatomy.box], class_map(patient.anatomy), patient.anatomy)


def on_another_scanner(patient: Patient) -> Patient:
    """The same patient on a scanner of its own, which depends on its number alone."""
    rng = np.random.default_rng((SCANNERS, patient.number))
    return replace(patient, image=on_other_scanner(patient.image, patient.anatomy, sample_scanner(rng), rng))
