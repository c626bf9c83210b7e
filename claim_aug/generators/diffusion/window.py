"""One slice as a network sees it: heights between remote and blood, and where scar, wall and cavity are."""

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

#: Heights are shifted and scaled so that those of scar have about zero mean and unit spread (EMIDEC: 0.3-2.5).
MIDDLE, SPREAD = 0.7, 0.7
#: Heights beyond are fat, or vessels close to the coil; a network need not tell them apart.
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
        heights: spline coefficients of the normalised intensity: remote 0, blood 1.
        around: those of the slice with its scar taken out: splines ring, and would tell of it.
        scar, mvo, wall, cavity: masks; ``scar`` includes MVO.
        roi: the window around the ventricle.
        noise: SD of the scan's noise, in heights.
    """

    heights: Plane
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
    heights = np.clip((in_plane(image, anatomy)[index] - tissue.remote[index]) / contrast, *LIMITS)
    scar = in_plane(mask.scar, anatomy)[index]
    return Slice(
        heights=ndimage.spline_filter(heights, mode="nearest"),
        around=ndimage.spline_filter(without(heights, scar), mode="nearest"),
        scar=scar,
        mvo=in_plane(mask.mvo, anatomy)[index],
        wall=in_plane(anatomy.wall, anatomy)[index],
        cavity=in_plane(anatomy.cavity, anatomy)[index],
        roi=place_roi(anatomy, index, spacing=spacing, size=size),
        noise=tissue.noise / contrast,
    )


def look(piece: Slice) -> tuple[Window, Window]:
    """The window's image in the network's units, (size, size), and its masks, (``MASKS``, size, size), 0-1."""
    masks = [piece.roi.cut_mask(layer) for layer in (piece.scar, piece.mvo, piece.wall, piece.cavity)]
    heights = np.where(
        masks[0] >= HALF, *(cut_splines(splines, piece.roi) for splines in (piece.heights, piece.around))
    )
    return ((heights - MIDDLE) / SPREAD).astype(np.float32), np.stack(masks).astype(np.float32)


def put_back(picture: Window, piece: Slice) -> Plane:
    """Heights of the scar's voxels, (voxels,), from a window in the network's units.

    Pixels that the mask fills less than half show what lies beside it, so the edge is soft.
    """
    return piece.roi.back(MIDDLE + SPREAD * picture.astype(np.float64), piece.scar)


def without(heights: Plane, scar: Mask) -> Plane:
    """The slice with each voxel of scar at the height of the nearest voxel beside it."""
    nearest = ndimage.distance_transform_edt(scar, return_distances=False, return_indices=True)
    return np.asarray(heights[tuple(nearest)])
