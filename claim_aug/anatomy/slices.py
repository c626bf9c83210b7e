"""One slice of a ventricle as a stack of its own: slices of a scan may each have their own scale of intensity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.box import Box

Kind = TypeVar("Kind", bound=np.generic)


def one_slice(anatomy: LVAnatomy, index: int) -> tuple[LVAnatomy, Box]:
    """Slice ``index`` of the region as an anatomy of one slice, and the part of the region that it is."""
    across = anatomy.orientation.through_plane
    sides = [slice(0, size) for size in anatomy.wall.shape]
    sides[across] = slice(index, index + 1)
    part = (sides[0], sides[1], sides[2])
    return anatomy.cut(part), part


def slices_with(mask: Mask, anatomy: LVAnatomy) -> Iterator[tuple[LVAnatomy, Box]]:
    """The slices that hold part of ``mask``, (I, J, K) of the region, in order."""
    for index in np.flatnonzero(mask.any(anatomy.orientation.in_plane)):
        yield one_slice(anatomy, int(index))


def in_plane(array: NDArray[Kind], anatomy: LVAnatomy) -> NDArray[Kind]:
    """An array of the region with its slices first, (slices, rows, columns)."""
    return np.moveaxis(array, anatomy.orientation.through_plane, 0)


def in_plane_sigma(anatomy: LVAnatomy, millimetres: float) -> list[float]:
    """Sigma in voxels of an in-plane smoothing, one per axis."""
    across = anatomy.orientation.through_plane
    return [0.0 if axis == across else millimetres / size for axis, size in enumerate(anatomy.spacing)]
