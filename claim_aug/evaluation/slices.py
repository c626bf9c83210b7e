"""One slice of a ventricle as a stack of its own: slices of a scan may each have their own scale of intensity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.reading import Box

Kind = TypeVar("Kind", bound=np.generic)


def one_slice(anatomy: LVAnatomy, index: int) -> tuple[LVAnatomy, Box]:
    """Slice ``index`` of the region as an anatomy of one slice, and the part of the region that it is."""
    across = anatomy.orientation.through_plane
    part: Box = tuple(slice(index, index + 1) if axis == across else slice(None) for axis in range(3))  # type: ignore[assignment]
    layers = {name: value[part] for name, value in vars(anatomy).items() if isinstance(value, np.ndarray)}
    start = anatomy.box[across].start + index
    box = tuple(slice(start, start + 1) if axis == across else side for axis, side in enumerate(anatomy.box))
    return replace(anatomy, **layers, box=box), part  # type: ignore[arg-type]


def slices_with(mask: Mask, anatomy: LVAnatomy) -> Iterator[tuple[LVAnatomy, Box]]:
    """The slices that hold part of ``mask``, (I, J, K) of the region, in order."""
    for index in np.flatnonzero(mask.any(anatomy.orientation.in_plane)):
        yield one_slice(anatomy, int(index))


def in_plane(array: NDArray[Kind], anatomy: LVAnatomy) -> NDArray[Kind]:
    """An array of the region with its slices first, (slices, rows, columns)."""
    return np.moveaxis(array, anatomy.orientation.through_plane, 0)
