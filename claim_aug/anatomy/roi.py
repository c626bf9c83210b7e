"""The window of a slice that a network sees: of fixed spacing in mm, whatever the scan's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane

Plane = NDArray[np.float64]

#: A ventricle takes no more than this share of the window's side; a larger one is seen smaller.
ROOM = 0.94


@dataclass(frozen=True)
class Roi:
    """A square window on a slice.

    Attributes:
        centre: place of the window's centre in voxels of the slice, (2,).
        axes: step in voxels of the slice per pixel along each side of the window, (2, 2); columns are the sides.
        size: number of pixels along a side.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    size: int

    def voxels(self) -> NDArray[np.float64]:
        """Place in the slice of every pixel of the window, (2, size, size)."""
        steps = np.arange(self.size) - (self.size - 1) / 2
        pixels = np.stack(np.meshgrid(steps, steps, indexing="ij"))
        return np.asarray(np.tensordot(self.axes, pixels, 1) + self.centre[:, None, None])

    def pixels(self, voxels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Place in the window of voxels of the slice, (2, ...)."""
        away = voxels - self.centre.reshape(2, *[1] * (voxels.ndim - 1))
        return np.asarray(np.tensordot(np.linalg.inv(self.axes), away, 1) + (self.size - 1) / 2)

    def cut(self, plane: Plane) -> Plane:
        """The window of a slice, (size, size), by cubic splines."""
        return cut_splines(ndimage.spline_filter(plane, mode="nearest"), self)

    def cut_mask(self, mask: Mask) -> Plane:
        """Share of each pixel that a mask fills, (size, size), 0-1."""
        return np.asarray(ndimage.map_coordinates(mask.astype(np.float64), self.voxels(), order=1, mode="nearest"))

    def back(self, picture: Plane, mask: Mask) -> Plane:
        """The masked voxels of the slice as the window shows them, (voxels,), by cubic splines."""
        places = self.pixels(np.argwhere(mask).T.astype(np.float64))
        return np.asarray(ndimage.map_coordinates(picture, places, order=3, mode="nearest"))


def cut_splines(splines: Plane, roi: Roi) -> Plane:
    """The window of a slice whose spline coefficients are ready."""
    return np.asarray(ndimage.map_coordinates(splines, roi.voxels(), order=3, mode="nearest", prefilter=False))


def place_roi(anatomy: LVAnatomy, index: int, *, spacing: float, size: int) -> Roi:
    """The window around the ventricle in slice ``index`` of the region.

    Args:
        spacing: size of a pixel, mm. Where the scan's spacing is not known, the ventricle at its widest is taken for
            round and of average size: PNG slices are often stretched.
        size: number of pixels of a side.
    """
    heart = in_plane(anatomy.wall | anatomy.cavity, anatomy)
    sides = np.array([extent(plane) for plane in heart if plane.any()]).max(0)
    voxel = np.array([anatomy.spacing[axis] for axis in anatomy.orientation.in_plane])
    if not anatomy.spacing_known:
        voxel = voxel * np.sqrt(sides.prod()) / sides
    pixel = max(spacing, float((sides * voxel).max()) / (ROOM * size))
    corners = np.argwhere(heart[index] if heart[index].any() else heart.any(0))
    return Roi((corners.min(0) + corners.max(0)) / 2, np.diag(pixel / voxel), size)


def extent(plane: Mask) -> NDArray[np.intp]:
    """Height and width of a mask in voxels."""
    places = np.argwhere(plane)
    return np.asarray(np.ptp(places, axis=0) + 1)
