"""From what a user gives to what the anatomy needs: tissues, spacing, affine, and the region around the ventricle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy.anchoring import Landmark
from claim_aug.anatomy.box import Box, bounds
from claim_aug.anatomy.labels import LabelScheme, Tissues
from claim_aug.anatomy.orientation import find_through_plane
from claim_aug.errors import AnatomyError

#: Room kept around the ventricle: enough for the RV and for a generator to see where it paints.
MARGIN_MM = 30.0
FEWEST_WALL_VOXELS = 30
#: An average heart, for scans that do not say how large a voxel is: the two EMIDEC stacks have 29 and 35 mm, and slices
#: of LGE stacks lie about 10 mm apart.
EPICARDIAL_RADIUS_MM = 32.0
SLICE_GAP_MM = 10.0


def scheme_tissues(labels: ArrayLike, scheme: LabelScheme) -> Tissues:
    """The tissues in 3-D, refused where no ventricle can be read from them."""
    array = np.asarray(labels)
    if array.ndim not in (2, 3) or array.size == 0:
        msg = f"labels need a shape (I, J) or (I, J, K) with voxels in it, got {array.shape}"
        raise AnatomyError(msg)
    tissues = scheme.read(array[..., None] if array.ndim == 2 else array)
    for tissue, mask in (("myocardium", tissues.wall), ("cavity", tissues.cavity)):
        if not mask.any():
            msg = f"the label map has no LV {tissue} (scheme {scheme})"
            raise AnatomyError(msg)
    if tissues.wall.sum() < FEWEST_WALL_VOXELS:
        msg = f"the myocardium has only {tissues.wall.sum()} voxels; at least {FEWEST_WALL_VOXELS} are needed"
        raise AnatomyError(msg)
    return tissues


def region_of(image: ArrayLike, shape: tuple[int, ...], box: Box) -> NDArray[np.float64]:
    """The region of an image on the grid of the labels."""
    array = np.asarray(image)
    if array.shape != shape:
        msg = f"image and labels need the same grid, got {array.shape} and {shape}"
        raise AnatomyError(msg)
    return (array[..., None] if array.ndim == 2 else array)[box].astype(np.float64)


def in_region(landmark: Landmark | None, box: Box, shape: tuple[int, ...]) -> Landmark | None:
    """A landmark with its point, if it is one, counted from the region's corner.

    Args:
        shape: shape of the labels, (I, J) or (I, J, K).

    Raises:
        AnatomyError: a point that does not lie in the scan.
    """
    point = np.atleast_1d(np.asarray(landmark, dtype=object))
    if landmark is None or point.size not in (len(shape), 3):
        return landmark
    places = [float(place) for place in point]
    if not all(-0.5 <= place <= size - 0.5 for place, size in zip(places, shape, strict=False) if np.isfinite(place)):
        where, scan = ", ".join(f"{place:g}" for place in places), " x ".join(map(str, shape))
        msg = f"the anterior RV insertion at voxel {where} lies outside of the scan of {scan}; voxels count from 0"
        raise AnatomyError(msg)
    return [place - part.start for place, part in zip(places, box, strict=False)]


def region(tissues: Tissues, spacing: tuple[float, float, float]) -> Box:
    """The box that holds the ventricle and ``MARGIN_MM`` around it, within the grid."""
    margins = (round(MARGIN_MM / spacing[0]), round(MARGIN_MM / spacing[1]), round(MARGIN_MM / spacing[2]))
    return bounds(tissues.cavity | tissues.wall, margins)


def check_affine(affine: ArrayLike) -> NDArray[np.float64]:
    """A 4x4 affine that can be inverted."""
    matrix = np.asarray(affine, dtype=np.float64)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or not np.linalg.det(matrix[:3, :3]):
        msg = f"the affine needs to be 4x4, finite and invertible, got {np.asarray(affine).tolist()}"
        raise AnatomyError(msg)
    return matrix


def nominal_spacing(tissues: Tissues, through_plane: int | None) -> tuple[float, float, float]:
    """Spacing that makes an average heart of this one: widest slice ``EPICARDIAL_RADIUS_MM``, slices ``SLICE_GAP_MM``.

    Lengths such as the raggedness of a scar need some scale; volumes and masses are not derived from it.
    """
    axis = find_through_plane(tissues, (1.0, 1.0, 1.0)) if through_plane is None else through_plane
    area = (tissues.cavity | tissues.wall).sum(tuple(other for other in range(3) if other != axis)).max()
    voxel = [EPICARDIAL_RADIUS_MM / float(np.sqrt(area / np.pi))] * 3
    voxel[axis] = SLICE_GAP_MM
    return voxel[0], voxel[1], voxel[2]


def check_spacing(
    spacing: Sequence[float] | None, affine: NDArray[np.float64] | None, *, flat: bool
) -> tuple[float, float, float]:
    """Spacing in mm for three axes: given, else the affine's; of a ``flat`` label map, (I, J), two are enough."""
    if spacing is None:
        assert affine is not None
        spacing = np.sqrt((affine[:3, :3] ** 2).sum(0)).tolist()
    sizes = np.atleast_1d(np.asarray(spacing, dtype=np.float64))
    lengths = (2, 3) if flat else (3,)
    if sizes.ndim != 1 or sizes.size not in lengths or not np.isfinite(sizes).all() or sizes.min() <= 0:
        msg = f"spacing needs {'two or three' if flat else 'three'} positive numbers in mm, got {sizes.tolist()}"
        raise AnatomyError(msg)
    # Headers keep spacing in single precision and affines in double: rounded, both give the same scar.
    thick = [1.0] if affine is None else np.sqrt((affine[:3, 2:3] ** 2).sum(0))
    voxel = [round(float(size), 4) for size in (*sizes, *thick)]
    return voxel[0], voxel[1], voxel[2]
