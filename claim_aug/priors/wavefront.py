"""Ischaemic scar as a wavefront: from the endocardium outwards, least far at its lateral edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.fields import smooth_field

#: Angular bins of the wall unrolled into slices x angle, on which lateral fields live.
BINS = 120
#: How much later the front arrives where the culprit artery does not feed the wall.
FOREIGN_DELAY = 3.0
#: Parts smaller than this many voxels are noise of the front, not islands of necrosis.
SMALLEST_PART = 4


@dataclass(frozen=True)
class Front:
    """One wavefront.

    Attributes:
        angle: centre, degrees from the anterior RV insertion.
        position: centre along the slices, in slice indices.
        reach: depth of the front at its centre; above 1 it has passed the epicardium there.
        elongation: extent along the long axis over that round the wall.
        drift: turn of the centre per mm along the slices, degrees.
        taper: exponent of the lateral profile ``1 - u ** taper``: 1 a wedge, large a plateau with steep edges.
        raggedness: relative roughness of the lateral border.
        segments: AHA segments that are perfused by the culprit.
        strict: whether the front may leave those segments.
    """

    angle: float
    position: float
    reach: float
    elongation: float
    drift: float
    taper: float
    raggedness: float
    segments: tuple[int, ...]
    strict: bool


def arrival(front: Front, anatomy: LVAnatomy, rng: np.random.Generator) -> NDArray[np.float32]:
    """When the front reaches each voxel of the region; infinity where it never does.

    The scar of extent ``s`` is ``depth < reach * (1 - (u / s) ** taper)`` with ``u`` the lateral distance in mm along
    the wall. Solved for ``s`` this is the arrival time, so that thresholding it grows one scar from small to large.
    Necrosis runs from the endocardium outwards as a wavefront: PMC2948162.
    """
    inside = anatomy.healthy
    slices = anatomy.slice_index[inside]
    lateral = lateral_distance(front, anatomy, rng)
    rough = smooth_field(inside.shape, in_plane_sigma(anatomy, 3.0), rng)[inside]
    # Roughness only holds the front back, so that a reach that was asked for is never passed.
    depth = anatomy.depth[inside] / front.reach * (1 + 0.12 * np.abs(rough))
    left = np.clip(1 - depth, 0, 1) ** (1 / front.taper)
    time = np.full(inside.shape, np.inf, np.float32)
    with np.errstate(divide="ignore"):
        time[inside] = np.where(left > 0, lateral[slices, column(anatomy.angle[inside])] / left, np.inf)
    if front.strict:
        time[~np.isin(anatomy.segment, front.segments)] = np.inf
    return time


def lateral_distance(front: Front, anatomy: LVAnatomy, rng: np.random.Generator) -> NDArray[np.float64]:
    """Distance from the front's centre along the mid-wall in mm, (slices, bins): stretched, drifting, ragged, and
    longer where the wall is fed by another artery."""
    count = anatomy.wall.shape[anatomy.orientation.through_plane]
    gap = anatomy.spacing[anatomy.orientation.through_plane]
    along = (np.arange(count)[:, None] - front.position) * gap
    centres = (np.arange(BINS) + 0.5) * 360 / BINS
    turn = (centres - front.angle - front.drift * along + 180) % 360 - 180
    distance = np.hypot(np.radians(turn) * mid_wall_radius(anatomy), along / front.elongation) + 0.5
    width = np.radians(360 / BINS) * mid_wall_radius(anatomy)
    ragged = smooth_field((count, BINS), (min(8 / gap, 2), 6 / width), rng)
    fed = perfused(front.segments, anatomy)
    return distance * np.exp(front.raggedness * ragged) * (1 + FOREIGN_DELAY * (1 - fed))


def perfused(segments: tuple[int, ...], anatomy: LVAnatomy) -> NDArray[np.float64]:
    """How far each place of the unrolled wall belongs to the segments, (slices, bins), 0-1 with soft borders."""
    count = anatomy.wall.shape[anatomy.orientation.through_plane]
    place = anatomy.slice_index[anatomy.wall] * BINS + column(anatomy.angle[anatomy.wall])
    inside = np.isin(anatomy.segment[anatomy.wall], segments)
    total = np.bincount(place, minlength=count * BINS).reshape(count, BINS)
    mine = np.bincount(place, weights=inside, minlength=count * BINS).reshape(count, BINS)
    mine, total = (ndimage.gaussian_filter1d(counts.astype(float), BINS / 36, mode="wrap") for counts in (mine, total))
    return np.clip(mine / np.maximum(total, 1e-6), 0, 1)


def grow(time: NDArray[np.float32], voxels: int) -> Mask:
    """The first ``voxels`` voxels that the front reaches, fewer where it never reaches so many."""
    order = np.argsort(time, axis=None, kind="stable")[:voxels]
    mask = np.zeros(time.shape, bool)
    mask.flat[order[np.isfinite(time.flat[order])]] = True
    return mask


def without_crumbs(mask: Mask) -> Mask:
    """The mask without parts of fewer than ``SMALLEST_PART`` voxels, unless nothing else is left."""
    parts, count = ndimage.label(mask, np.ones((3,) * mask.ndim))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = sizes[parts] >= min(SMALLEST_PART, sizes.max())
    return mask & kept


def core(scar: Mask, healthy: Mask, time: NDArray[np.float32], share: float, anatomy: LVAnatomy) -> Mask:
    """MVO: the earliest ``share`` of the scar that a rim of infarct parts from everything else.

    Microvascular obstruction sits in the core of the infarct and does not reach healthy tissue, the blood or the
    epicardium (clinical reading of JCMR 14:66).
    """
    rim = np.ones([1 if axis == anatomy.orientation.through_plane else 3 for axis in range(3)], bool)
    cross = ndimage.generate_binary_structure(3, 1)
    inner = ndimage.binary_erosion(scar, rim) & ~ndimage.binary_dilation(healthy & ~scar, cross)
    # Dense neighbourhoods first, so that the core is one body rather than the ragged line of earliest voxels.
    density = ndimage.gaussian_filter(inner.astype(np.float32), in_plane_sigma(anatomy, 4.0))
    order = np.where(inner, time / np.maximum(density, 1e-3) ** 2, np.inf)
    return without_crumbs(grow(order.astype(np.float32), round(share * scar.sum())))


def in_plane_sigma(anatomy: LVAnatomy, millimetres: float) -> list[float]:
    """Sigma in voxels of an in-plane smoothing, one per axis."""
    across = anatomy.orientation.through_plane
    return [0.0 if axis == across else millimetres / size for axis, size in enumerate(anatomy.spacing)]


def mid_wall_radius(anatomy: LVAnatomy) -> float:
    """Mean radius of the middle of the wall over the slices with cavity, mm."""
    across = anatomy.orientation.in_plane
    pixel = anatomy.spacing[across[0]] * anatomy.spacing[across[1]]
    inner = anatomy.cavity.sum(across) * pixel
    outer = inner + anatomy.wall.sum(across) * pixel
    counted = inner > 0
    return float((np.sqrt(inner[counted] / np.pi) + np.sqrt(outer[counted] / np.pi)).mean() / 2)


def column(angle: NDArray[np.float32]) -> NDArray[np.intp]:
    """Bin of an angle in degrees."""
    return (angle * (BINS / 360)).astype(np.intp) % BINS
