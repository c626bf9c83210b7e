"""The wall's own coordinates: how deep, how far round, how far down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.labels import Mask

Plane = NDArray[np.float32]

#: Stacks are planned perpendicular to the long axis; breath-hold shifts alone can look like a tilt of 5 degrees.
LEAST_TILT_DEG = 8.0


def transmural_coordinate(cavity: Mask, wall: Mask, spacing: tuple[float, float]) -> Plane:
    """Depth of each wall pixel of one slice, 0 at the endocardium, 1 at the epicardium; 0 outside the wall.

    The share of the way from the nearest cavity pixel to the nearest pixel outside the ventricle, both measured from
    the faces between pixels, in mm. In the apical cap, where a slice has no cavity, depth grows from the middle.

    Args:
        cavity, wall: boolean masks, (rows, columns).
        spacing: size of a row and a column, mm.
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
        cavity, wall: boolean masks, (slices, rows, columns).
    """
    with_cavity = np.flatnonzero(cavity.any((1, 2)))
    centres = np.array([ndimage.center_of_mass(cavity[index]) for index in with_cavity])
    nearest = np.abs(np.arange(len(cavity))[:, None] - with_cavity).argmin(1)
    return centres[nearest]


def angle_around(
    centres: NDArray[np.float64], pixels: tuple[NDArray[np.intp], ...], spacing: tuple[float, float]
) -> NDArray[np.float32]:
    """Angle of pixels seen from a centre, degrees in [0, 360) from the first in-plane axis towards the second, (N,).

    Args:
        centres: one centre, (2,), or that of each pixel, (N, 2), in pixels.
        pixels: row and column of each pixel, two arrays (N,).
        spacing: size of a row and a column, mm.
    """
    rows, columns = (np.stack(pixels, axis=-1) - centres).T
    return (np.degrees(np.arctan2(columns * spacing[1], rows * spacing[0])) % 360).astype(np.float32)


def apicobasal_coordinate(
    cavity: Mask,
    wall: Mask,
    ring: NDArray[np.bool_],
    centres: NDArray[np.float64],
    spacing: tuple[float, float, float],
    *,
    base_first: bool,
) -> Plane:
    """Apicobasal coordinate of every voxel, 0 at the base, 1 at the apex, broadcastable to (slices, rows, columns).

    The span is that of the slices with a closed ring (AHA 2002 counts only those); what lies beyond is clipped to it.
    Where the stack is tilted against the long axis, levels are cut perpendicular to the axis, not along the slices.
    A single slice counts as mid-ventricular.

    Args:
        cavity, wall: boolean masks, (slices, rows, columns).
        ring: mask of the slices whose wall closes round the cavity, (slices,).
        centres: cavity centres, (slices, 2) in pixels.
        spacing: distance of slices, rows and columns, mm.
    """
    if len(cavity) == 1:
        return np.full((1, 1, 1), 0.5, np.float32)
    counted = np.flatnonzero(ring) if ring.any() else np.flatnonzero((cavity.any((1, 2))) & wall.any((1, 2)))
    first, count = counted[0], counted[-1] - counted[0] + 1
    along = (np.arange(len(cavity)) - first + 0.5)[:, None, None]
    rise = axis_slope(centres[counted], spacing)
    if np.hypot(*rise) > np.tan(np.radians(LEAST_TILT_DEG)):
        # Displacement from the slice's own centre, along the axis, in slices.
        places = np.meshgrid(*map(np.arange, cavity.shape[1:]), indexing="ij")
        rows, columns = (
            (place - centres[:, axis, None, None]) * spacing[axis + 1] for axis, place in enumerate(places)
        )
        along = along + (rows * rise[0] + columns * rise[1]) / ((1 + rise @ rise) * spacing[0])
    apicobasal = along / count
    return np.clip(apicobasal if base_first else 1 - apicobasal, 0, 1).astype(np.float32)


def axis_slope(centres: NDArray[np.float64], spacing: tuple[float, float, float]) -> NDArray[np.float64]:
    """In-plane drift of the cavity's centre per mm along the slices, (2,): the median over pairs of slices."""
    if len(centres) < 3:
        return np.zeros(2)
    before, after = np.triu_indices(len(centres), 1)
    steps = (centres[after] - centres[before]) * spacing[1:] / ((after - before) * spacing[0])[:, None]
    return np.asarray(np.median(steps, axis=0))
