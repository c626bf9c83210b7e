"""Patients, their folds, and what a segmenter sees of them: windows of a fixed pixel around the ventricle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.anatomy import LabelScheme
from claim_aug.anatomy.roi import Roi, place_roi
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.realism import patient_folds

#: mm of a pixel and pixels of a side. EMIDEC's own pixels are 1.3 to 1.9 mm wide.
SPACING, SIDE = 1.5, 64
#: Background, cavity, myocardium, infarct, MVO: EMIDEC's label values.
CLASSES = 5
CAVITY, WALL, INFARCT, MVO = 1, 2, 3, 4
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

    @property
    def levels(self) -> NDArray[np.intp]:
        """Slices of the region that show the ventricle."""
        return levels_of(self.anatomy)


@dataclass(frozen=True)
class Windows:
    """Pictures (slices, 1, side, side) of zero mean and unit spread, and classes (slices, side, side)."""

    pictures: NDArray[np.float32]
    classes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def scarred(self) -> NDArray[np.bool_]:
        """Which slices show scar."""
        return np.asarray((self.classes >= INFARCT).any((1, 2)))

    def plain_to_see(self, least: float) -> Windows:
        """Those without scar, and those with so many pixels of it."""
        pixels = (self.classes >= INFARCT).sum((1, 2))
        return self.of((pixels == 0) | (pixels >= least))

    def of(self, chosen: NDArray[Any]) -> Windows:
        return Windows(self.pictures[chosen], self.classes[chosen])


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


def levels_of(anatomy: LVAnatomy) -> NDArray[np.intp]:
    return np.flatnonzero(in_plane(anatomy.wall, anatomy).any((1, 2)))


def roi_of(anatomy: LVAnatomy, level: int) -> Roi:
    return place_roi(anatomy, level, spacing=SPACING, size=SIDE)


def windows_of(patient: Patient, image: NDArray[Any] | None = None, labels: NDArray[Any] | None = None) -> Windows:
    """The windows of every slice that shows the ventricle, of another image and other labels where given."""
    box = patient.anatomy.box
    return windows(
        (patient.image if image is None else image)[box],
        (patient.labels if labels is None else labels)[box],
        patient.anatomy,
    )


def windows(image: NDArray[Any], labels: NDArray[Any], anatomy: LVAnatomy) -> Windows:
    """The windows of a region around a ventricle."""
    region, values = in_plane(image.astype(np.float64), anatomy), in_plane(labels, anatomy)
    pictures, classes = [], []
    for level in levels_of(anatomy):
        roi = roi_of(anatomy, int(level))
        picture = ndimage.map_coordinates(region[level], roi.voxels(), order=1, mode="nearest")
        pictures.append((picture - picture.mean()) / max(float(picture.std()), 1e-6))
        shares = [roi.cut_mask(values[level] == value) for value in range(CLASSES)]
        classes.append(np.argmax(shares, 0))
    return Windows(np.stack(pictures)[:, None].astype(np.float32), np.stack(classes).astype(np.uint8))


def joined(parts: Iterable[Windows]) -> Windows:
    empty = Windows(np.empty((0, 1, SIDE, SIDE), np.float32), np.empty((0, SIDE, SIDE), np.uint8))
    parts = [empty, *parts]
    return Windows(np.concatenate([p.pictures for p in parts]), np.concatenate([p.classes for p in parts]))


def back(patient: Patient, shares: NDArray[np.floating]) -> NDArray[np.float32]:
    """Shares of every class in every voxel of the region, slices first, from (levels, ``CLASSES``, side, side).

    Where no window was, all is background.
    """
    depth, rows, columns = in_plane(patient.anatomy.wall, patient.anatomy).shape
    found = np.zeros((depth, CLASSES, rows, columns), np.float32)
    found[:, 0] = 1
    here = np.indices((rows, columns)).astype(np.float64)
    for level, share in zip(patient.levels, shares, strict=True):
        places = roi_of(patient.anatomy, int(level)).pixels(here)
        inside = ((places >= -0.5) & (places <= SIDE - 0.5)).all(0)
        layers = [ndimage.map_coordinates(layer, places, order=1, mode="nearest") for layer in share]
        found[level] = np.where(inside, layers, found[level])
    return found
