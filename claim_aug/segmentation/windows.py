"""What a segmenter learns from: every slice of a data set with a ventricle in it, cut to one size around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.case import Case
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.errors import InputError

#: Pixels around the largest ventricle of a data set, on each side; and what a window's side is a multiple of.
MARGIN, MULTIPLE = 8, 16

Plane = NDArray[Any]


@dataclass(frozen=True)
class LVWindow:
    """A slice around the ventricle, on the scan's own grid.

    Attributes:
        image: (rows, columns) float32; mean 0 and SD 1 over the region around the patient's ventricle.
        labels: (rows, columns) int64, values of the scheme.
        affine: 4x4 with the size of its voxels; the identity where that is not known.
        patient: whose it is.
    """

    image: Plane
    labels: Plane
    affine: NDArray[np.float64]
    patient: str


def read_windows(dataset: Path, scheme: LabelScheme) -> tuple[list[LVWindow], list[str]]:
    """Windows of one size of every case of a folder, and the cases in which no ventricle can be read.

    Raises:
        InputError: no data set, a case without image, or no ventricle at all.
        LabelError: values outside the scheme.
    """
    skipped = Skipped()
    found = find_cases(dataset, images_for="training")
    cases = list(iter_cases(found, scheme, on_error=skipped, look_in_image=False, warn=False))
    if not cases:
        msg = f"{dataset} has no case with a left ventricle; is {scheme} the right label scheme?"
        raise InputError(msg)
    size = side_of(anatomy for _, anatomy in cases)
    return [window for case, anatomy in cases for window in windows_of(case, anatomy, size, scheme)], skipped


def side_of(anatomies: Iterator[LVAnatomy]) -> int:
    """A window's side in pixels that holds every ventricle."""
    largest = max(int(np.ptp(np.argwhere(one.wall | one.cavity), axis=0)[list(one.orientation.in_plane)].max())
                  for one in anatomies)  # fmt: skip
    return -(-(largest + 1 + 2 * MARGIN) // MULTIPLE) * MULTIPLE


def windows_of(case: Case, anatomy: LVAnatomy, size: int, scheme: LabelScheme) -> Iterator[LVWindow]:
    """The windows of one case: slices with a wall and a cavity."""
    assert case.image is not None
    region = case.region(anatomy)
    level, spread = float(region.mean()), float(region.std()) or 1.0
    across = anatomy.orientation.through_plane
    rows, columns = anatomy.orientation.in_plane
    spacing = [anatomy.spacing[axis] for axis in (rows, columns, across)]
    affine = np.diag([*spacing, 1.0]) if anatomy.spacing_known else np.eye(4)
    images, maps = (np.moveaxis(array, across, 0) for array in (case.image, case.labels))
    heart = in_plane(anatomy.wall | anatomy.cavity, anatomy)
    places = np.argwhere(heart.any(0))
    corner = np.array([anatomy.box[rows].start, anatomy.box[columns].start])
    start = (places.min(0) + places.max(0) + 1) // 2 + corner - size // 2
    wall, cavity = (in_plane(mask, anatomy).any((1, 2)) for mask in (anatomy.wall, anatomy.cavity))
    for index in np.flatnonzero(wall & cavity) + anatomy.box[across].start:
        picture = cut((images[index] - level) / spread, start, size, 0.0)
        values = cut(maps[index], start, size, scheme.background[0])
        yield LVWindow(picture.astype(np.float32), values.astype(np.int64), affine, case.name)


def cut(plane: Plane, start: NDArray[np.intp], size: int, beyond: float) -> Plane:
    """A square of a plane, which it may overhang."""
    padded = np.pad(plane, size, constant_values=beyond)
    row, column = start + size
    return padded[row : row + size, column : column + size]


@dataclass(frozen=True)
class WindowBatches:
    """Batches as a function of seed and step alone, so that a run that was cut off goes on as if it had not been.

    Every window comes once in each pass, in a new order, mirrored at random.
    """

    windows: Sequence[LVWindow]
    size: int
    seed: int

    def __call__(self, step: int) -> dict[str, torch.Tensor]:
        """Images (B, 1, rows, columns), labels (B, 1, rows, columns) and affines (B, 4, 4) of a step."""
        return collate([self.example(number) for number in range(step * self.size, (step + 1) * self.size)])

    def example(self, number: int) -> LVWindow:
        """The ``number``-th example since the start."""
        turn, place = divmod(number, len(self.windows))
        order = np.random.default_rng((self.seed, 0, turn)).permutation(len(self.windows))
        window = self.windows[order[place]]
        mirrored = np.random.default_rng((self.seed, 1, number)).random(2) < 0.5
        flips = tuple(axis for axis in (0, 1) if mirrored[axis])
        return LVWindow(np.flip(window.image, flips), np.flip(window.labels, flips), window.affine, window.patient)


def collate(windows: Sequence[LVWindow]) -> dict[str, torch.Tensor]:
    """Windows as a batch."""
    return {
        "image": torch.from_numpy(np.stack([one.image for one in windows]))[:, None],
        "label": torch.from_numpy(np.stack([one.labels for one in windows]))[:, None],
        "affine": torch.from_numpy(np.stack([one.affine for one in windows])),
    }
