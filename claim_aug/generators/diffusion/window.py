"""One slice as a network sees it: intensity relative to remote and blood, and where scar, wall and cavity are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.roi import Plane, Roi, cut_splines, place_roi
from claim_aug.anatomy.slices import in_plane
from claim_aug.measures.tissue import Tissue
from claim_aug.priors import ScarMask

#: Relative intensities are shifted and scaled so that scar's have about zero mean and unit SD (EMIDEC: 0.3-2.5).
MIDDLE, SPREAD = 0.7, 0.7
#: Relative intensities beyond are fat, or vessels close to the coil; a network need not tell them apart.
LIMITS = (-2.0, 4.0)
#: What tells a network about the slice besides the image: scar, MVO, wall, cavity.
MASKS = 4

#: A pixel is hidden from the network where scar fills so much of it; the others show what lies beside the scar.
HALF = 0.5

Window = NDArray[np.float32]


@dataclass(frozen=True)
class Slice:
    """A slice of a ventricle, arrays (rows, columns).

    Attributes:
        relative_intensity: spline coefficients of the relative intensity, remote myocardium 0 and blood 1.
        around: spline coefficients of the relative intensity without the scar: splines ring, and would tell of it.
        scar: mask of infarct and MVO.
        mvo: mask of MVO.
        wall: mask of the wall.
        cavity: mask of the cavity.
        roi: window around the ventricle.
        noise: SD of the scan's noise in relative intensity.
    """

    relative_intensity: Plane
    around: Plane
    scar: Mask
    mvo: Mask
    wall: Mask
    cavity: Mask
    roi: Roi
    noise: float


def take_slice(
    image: Plane, mask: ScarMask, anatomy: LVAnatomy, tissue: Tissue, index: int, *, spacing: float, size: int
) -> Slice:
    """Slice ``index`` of a region, its intensities between the slice's own remote myocardium and blood pool."""
    contrast = float(tissue.contrast[index])
    relative_intensity = np.clip((in_plane(image, anatomy)[index] - tissue.remote[index]) / contrast, *LIMITS)
    scar = in_plane(mask.scar, anatomy)[index]
    return Slice(
        relative_intensity=ndimage.spline_filter(relative_intensity, mode="nearest"),
        around=ndimage.spline_filter(remove_scar(relative_intensity, scar), mode="nearest"),
        scar=scar,
        mvo=in_plane(mask.mvo, anatomy)[index],
        wall=in_plane(anatomy.wall, anatomy)[index],
        cavity=in_plane(anatomy.cavity, anatomy)[index],
        roi=place_roi(anatomy, index, spacing=spacing, size=size),
        noise=tissue.noise / contrast,
    )


def window_of(slice_: Slice) -> tuple[Window, Window]:
    """The window's image in the network's units, (size, size), and its masks, (``MASKS``, size, size), 0-1."""
    masks = [slice_.roi.cut_mask(layer) for layer in (slice_.scar, slice_.mvo, slice_.wall, slice_.cavity)]
    both = (cut_splines(splines, slice_.roi) for splines in (slice_.relative_intensity, slice_.around))
    window = (np.where(masks[0] >= HALF, *both) - MIDDLE) / SPREAD
    return window.astype(np.float32), np.stack(masks).astype(np.float32)


def scar_intensity(window: Window, slice_: Slice) -> Plane:
    """Relative intensity of the scar's voxels, (voxels,), from a window in the network's units.

    Pixels that the mask fills less than half show what lies beside it, so the edge is soft.
    """
    return slice_.roi.back(MIDDLE + SPREAD * window.astype(np.float64), slice_.scar)


def remove_scar(relative_intensity: Plane, scar: Mask) -> Plane:
    """The slice with each voxel of scar as bright as the nearest voxel beside it."""
    nearest = ndimage.distance_transform_edt(scar, return_distances=False, return_indices=True)
    return np.asarray(relative_intensity[tuple(nearest)])
