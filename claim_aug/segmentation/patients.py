"""The windows of a data set's patients, and batches of them for a loop that paints scar into windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.case import Case
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.errors import InputError
from claim_aug.segmentation.windows import CLASSES, SPACING, class_map, cut_windows

#: Label values of a window: the numbers of the classes, and the RV, on which segments are anchored.
SCHEME = LabelScheme.parse("phantom")
RV = SCHEME.rv[0]


@dataclass(frozen=True)
class PatientWindow:
    """One slice of one patient.

    Attributes:
        image: intensities of mean 0 and SD 1, (side, side) float32.
        labels: label values of ``SCHEME``, (side, side) int64.
        affine: 4x4 matrix with the size of a pixel and the distance of slices, mm.
        patient: name of the patient.
    """

    image: NDArray[Any]
    labels: NDArray[Any]
    affine: NDArray[np.float64]
    patient: str


def read_windows(dataset: Path, scheme: LabelScheme) -> tuple[list[PatientWindow], list[str]]:
    """The windows of every case of a folder, and the names of cases in which no ventricle can be read.

    Raises:
        InputError: a folder without a data set, a case without image, or no ventricle at all.
        LabelError: values outside the scheme.
    """
    skipped = Skipped()
    cases = find_cases(dataset, images_for="training")
    found: list[PatientWindow] = []
    for case, anatomy in iter_cases(cases, scheme, on_error=skipped, look_in_image=False, warn=False):
        found += windows_of(case, anatomy)
    if not found:
        msg = f"{dataset} has no case with a left ventricle; is {scheme} the right label scheme?"
        raise InputError(msg)
    return found, skipped


def windows_of(case: Case, anatomy: LVAnatomy) -> Iterator[PatientWindow]:
    """The windows of one case."""
    classes = np.where(anatomy.rv, RV, class_map(anatomy))
    windows = cut_windows(case.region(anatomy), classes, anatomy, count=RV + 1)
    affine = np.diag([SPACING, SPACING, anatomy.spacing[anatomy.orientation.through_plane], 1.0])
    for image, labels in zip(windows.images[:, 0], windows.classes, strict=True):
        yield PatientWindow(image, labels.astype(np.int64), affine, case.name)


def to_classes(labels: torch.Tensor) -> torch.Tensor:
    """From values of ``SCHEME`` to classes, int64: the RV is background."""
    return torch.where(labels < len(CLASSES), labels, 0).long()


@dataclass(frozen=True)
class WindowBatches:
    """Batches as a function of seed and step alone, so that a run that was cut off goes on as if it had not been.

    Every window comes once in each pass, in a new order, mirrored at random.

    Attributes:
        windows: windows to draw from.
        size: number of windows in a batch.
        seed: seed of order and mirroring.
    """

    windows: Sequence[PatientWindow]
    size: int
    seed: int

    def __call__(self, step: int) -> dict[str, torch.Tensor]:
        """Images (B, 1, side, side), labels (B, 1, side, side) and affines (B, 4, 4) of a step."""
        return collate([self.example(number) for number in range(step * self.size, (step + 1) * self.size)])

    def example(self, number: int) -> PatientWindow:
        """The ``number``-th example since the start."""
        turn, place = divmod(number, len(self.windows))
        order = np.random.default_rng((self.seed, 0, turn)).permutation(len(self.windows))
        window = self.windows[order[place]]
        mirrored = np.random.default_rng((self.seed, 1, number)).random(2) < 0.5
        flips = tuple(axis for axis in (0, 1) if mirrored[axis])
        return PatientWindow(np.flip(window.image, flips), np.flip(window.labels, flips), window.affine, window.patient)


def collate(windows: Sequence[PatientWindow]) -> dict[str, torch.Tensor]:
    """Windows as a batch."""
    return {
        "image": torch.from_numpy(np.stack([one.image for one in windows]))[:, None],
        "label": torch.from_numpy(np.stack([one.labels for one in windows]))[:, None],
        "affine": torch.from_numpy(np.stack([one.affine for one in windows])),
    }
