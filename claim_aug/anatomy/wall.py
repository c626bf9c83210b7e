"""The wall's own coordinates: how deep, how far round, how far down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.labels import Mask

Plane = NDArray[np.float32]


def transmural_depth(cavity: Mask, wall: Mask, spacing: tuple[float, float]) -> Plane:
    """Depth of each wall pixel of one slice, 0 at the endocardium, 1 at the epicardium; 0 outside the wall.

    The share of the way from the nearest cavity pixel to the nearest pixel outside the ventricle, both measured from
    the faces between pixels, in mm. In the apical cap, where a slice has no cavity, depth grows from the middle.

    Args:
        cavity, wall: boolean, (rows, columns).
        spacing: mm per row and column.
    """
    half = 0.5 * min(spacing)
    ventricle = np.pad(cavity | wall, 1)
    to_epi = ndimage.distance_transform_edt(ventricle, sampling=spacing)[1:-1, 1:-1] - half
    if cavity.any():
        to_endo = ndimage.distance_transform_edt(~cavity, sampling=spacing) - half
        depth = to_endo / np.maximum(to_endo + to_epi, half)
    else:
        depth = 1 - to_epi / max(float(to_epi.max()), half)
    return np.where(wall, np.clip(depth, 0, 1), 0).astype(np.float32)


def cavity_centres(cavity: Mask, wall: Mask) -> NDArray[np.float64]:
    """Centre of the cavity in each slice, (slices, 2) in pixels; slices without one borrow the nearest slice's.

    Args:
        cavity, wall: boolean, (slices, rows, columns).
    """
    with_cavity = np.flatnonzero(cavity.any((1, 2)))
    centres = np.array([ndimage.center_of_mass(cavity[index]) for index in with_cavity])
    nearest = np.abs(np.arange(len(cavity))[:, None] - with_cavity).argmin(1)
    return centres[nearest]


def angle_around(centre: NDArray[np.float64], shape: tuple[int, int], spacing: tuple[float, float]) -> Plane:
    """Angle of each pixel seen from ``centre``, degrees in [0, 360) from the first in-plane axis towards the second."""
    rows = (np.arange(shape[0]) - centre[0])[:, None] * spacing[0]
    columns = (np.arange(shape[1]) - centre[1])[None, :] * spacing[1]
    return (np.degrees(np.arctan2(columns, rows)) % 360).astype(np.float32)


def long_axis_level(cavity: Mask, wall: Mask, ring: NDArray[np.bool_], *, base_first: bool) -> NDArray[np.float32]:
    """Level of each slice's middle, (slices,): 0 at the base, 1 at the apex.

    The span is that of the slices with a closed ring (AHA 2002 counts only those); slices beyond it are clipped to it.

    Args:
        cavity, wall: boolean, (slices, rows, columns).
        ring: boolean, (slices,), whether the wall closes round the cavity.
    """
    counted = np.flatnonzero(ring) if ring.any() else np.flatnonzero((cavity.any((1, 2))) & wall.any((1, 2)))
    first, count = counted[0], counted[-1] - counted[0] + 1
    level = (np.arange(len(cavity)) - first + 0.5) / count
    return np.clip(level if base_first else 1 - level, 0, 1).astype(np.float32)
