"""What a segmenter sees of a scan: windows of a fixed spacing in mm around the left ventricle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.roi import Roi, place_roi
from claim_aug.anatomy.slices import in_plane

#: Size of a pixel in mm, and pixels of a side. EMIDEC's own pixels are 1.3 to 1.9 mm wide.
SPACING, SIDE = 1.5, 64
#: What a window shows, by its number in a map of classes.
CLASSES = ("background", "cavity", "myocardium", "infarct", "MVO")
BACKGROUND, CAVITY, MYOCARDIUM, INFARCT, MVO = range(len(CLASSES))

Image = NDArray[np.floating[Any]]
ClassMap = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Windows:
    """Slices as a segmenter sees them.

    Attributes:
        images: intensities of mean 0 and SD 1 in every window, (slices, 1, side, side).
        classes: number of the class of every pixel, (slices, side, side). The side is ``SIDE``, or more for windows
            that a training takes parts of.
    """

    images: NDArray[np.float32]
    classes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def scarred(self) -> NDArray[np.bool_]:
        """Which windows show scar, (slices,)."""
        return np.asarray(((self.classes == INFARCT) | (self.classes == MVO)).any((1, 2)))

    def with_scar_from(self, least: float) -> Windows:
        """The windows without scar, and those with at least so many pixels of it."""
        pixels = ((self.classes == INFARCT) | (self.classes == MVO)).sum((1, 2))
        return self.select((pixels == 0) | (pixels >= least))

    def select(self, chosen: NDArray[Any]) -> Windows:
        """Some of the windows, by index or by a mask over them."""
        return Windows(self.images[chosen], self.classes[chosen])


def join_windows(parts: Iterable[Windows]) -> Windows:
    """All windows of all parts, in their order."""
    empty = Windows(np.empty((0, 1, SIDE, SIDE), np.float32), np.empty((0, SIDE, SIDE), np.uint8))
    parts = [part for part in parts if len(part)] or [empty]
    return Windows(np.concatenate([p.images for p in parts]), np.concatenate([p.classes for p in parts]))


def class_map(anatomy: LVAnatomy) -> NDArray[np.uint8]:
    """The class of every voxel of the region, (I, J, K)."""
    masks = [anatomy.mvo, anatomy.infarct, anatomy.wall, anatomy.cavity]
    return np.select(masks, [MVO, INFARCT, MYOCARDIUM, CAVITY], BACKGROUND).astype(np.uint8)


def cut_windows(
    image: Image,
    classes: ClassMap,
    anatomy: LVAnatomy,
    *,
    count: int = len(CLASSES),
    side: int = SIDE,
    centres: NDArray[np.float64] | None = None,
) -> Windows:
    """The windows of every slice that shows the wall.

    Args:
        image: intensities of the whole scan or of the anatomy's region, (I, J, K), any units.
        classes: number of the class of every voxel of the same, (I, J, K).
        anatomy: the ventricle, around which windows lie.
        count: number of classes.
        side: pixels along a side; a longer one shows more around the ventricle.
        centres: voxels of the slices of ``image`` to lay the windows around, (slices, 2); the ventricle by default.
    """
    planes, maps = in_plane(image.astype(np.float64), anatomy), in_plane(classes, anatomy)
    images, found = [], []
    whole = image.shape == anatomy.grid_shape
    first, *corner = in_plane_corner(anatomy) if whole else (0, 0, 0)
    for index in wall_slices(anatomy):
        roi = window_roi(anatomy, int(index))
        index = int(index) + first
        roi = replace(roi, centre=roi.centre + corner if centres is None else centres[index], size=side)
        images.append(normalised(ndimage.map_coordinates(planes[index], roi.voxels(), order=1, mode="nearest")))
        found.append(np.argmax([roi.cut_mask(maps[index] == number) for number in range(count)], 0))
    return Windows(np.stack(images)[:, None].astype(np.float32), np.stack(found).astype(np.uint8))


def in_plane_corner(anatomy: LVAnatomy) -> tuple[int, int, int]:
    """Where the region begins in the scan: slice, row, column."""
    starts = [part.start for part in anatomy.box]
    rows, columns = anatomy.orientation.in_plane
    return starts[anatomy.orientation.through_plane], starts[rows], starts[columns]


def normalised(window: NDArray[np.float64]) -> NDArray[np.float64]:
    """A window with mean 0 and SD 1."""
    return np.asarray((window - window.mean()) / max(float(window.std()), 1e-6))


def wall_slices(anatomy: LVAnatomy) -> NDArray[np.intp]:
    """Indices of the region's slices that show the wall."""
    return np.flatnonzero(in_plane(anatomy.wall, anatomy).any((1, 2)))


def window_roi(anatomy: LVAnatomy, index: int) -> Roi:
    """Where the window of a slice of the region lies."""
    return place_roi(anatomy, index, spacing=SPACING, size=SIDE)


def on_region(shares: Image, anatomy: LVAnatomy) -> NDArray[np.float32]:
    """Shares of the classes in the voxels of the region; background where no window was.

    Args:
        shares: share of every class in every pixel, (windows, classes, ``SIDE``, ``SIDE``), of the slices that show the
            wall in their order.

    Returns:
        (slices, classes, rows, columns).
    """
    depth, rows, columns = in_plane(anatomy.wall, anatomy).shape
    found = np.zeros((depth, shares.shape[1], rows, columns), np.float32)
    found[:, BACKGROUND] = 1
    here = np.indices((rows, columns)).astype(np.float64)
    for index, share in zip(wall_slices(anatomy), shares, strict=True):
        places = window_roi(anatomy, int(index)).pixels(here)
        inside = ((places >= -0.5) & (places <= SIDE - 0.5)).all(0)
        layers = [ndimage.map_coordinates(layer, places, order=1, mode="nearest") for layer in share]
        found[index] = np.where(inside, layers, found[index])
    return found
