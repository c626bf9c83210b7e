"""Boxes: the part of an array that matters, so that work is done there alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from claim_aug.anatomy.labels import Mask

Box = tuple[slice, slice, slice]


def bounds(mask: Mask, margins: Sequence[int] = (0, 0, 0)) -> Box:
    """The smallest box that holds a mask, and so many voxels around it within the grid; the mask is not empty."""
    # Looking for the voxels first: NumPy is slow to reduce an array along short axes.
    places = np.unravel_index(np.flatnonzero(mask), mask.shape)
    first, second, third = (
        slice(max(int(place.min()) - margin, 0), min(int(place.max()) + 1 + margin, size))
        for place, margin, size in zip(places, margins, mask.shape, strict=True)
    )
    return first, second, third
