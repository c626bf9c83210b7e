"""Ischaemic scar as a wavefront: from the endocardium outwards, least deep at its lateral edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.anchor import turn_between
from claim_aug.anatomy.slices import in_plane_sigma
from claim_aug.fields import smooth_field

#: Angular bins of the wall unrolled into slices x angle, on which lateral fields live.
BINS = 120
#: How much later the front arrives where the culprit artery does not feed the wall.
FOREIGN_DELAY = 3.0
#: Depth of the layer that is left out where annotators began a scar a pixel off the endocardium.
UNLABELLED_DEPTH = 0.2

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Origin:
    """Where a front starts.

    Attributes:
        rotational: rotational coordinate, degrees from the anterior RV insertion.
        slice_index: place along the slices, in slice indices, with a fraction.
        delay: head start of the main front in mm; 0 for the main front, more for an island beside it.
    """

    rotational: float
    slice_index: float
    delay: float = 0.0


@dataclass(frozen=True)
class Front:
    """The shape of one infarct, whatever its size and depth.

    Attributes:
        sources: places where the front starts, the main one first, then islands.
        elongation: ratio of the extent along the long axis to that round the wall, above 0.
        drift: turn of the centre per mm along the slices, degrees.
        raggedness: relative roughness of the lateral border, 0 for a smooth one.
        roughness: relative roughness of the depth, 0 for an even one.
        jitter: unevenness of the slices in depth and turn, 0 for none.
        unlabelled_endocardium: share of the wall's surface where the first layer under the endocardium is left out,
            0-1.
        segments: AHA segments that the culprit artery feeds, 1-17.
        strict: whether the front stays within ``segments``.
    """

    sources: tuple[Origin, ...]
    elongation: float
    drift: float
    raggedness: float
    roughness: float
    jitter: float
    unlabelled_endocardium: float
    segments: tuple[int, ...]
    strict: bool


@dataclass(frozen=True)
class Terrain:
    """What a front meets at each healthy voxel of the region, (voxels,).

    Attributes:
        log_distance: logarithm of the lateral distance in mm; infinite where the front may not go.
        depth: transmural coordinate made uneven by the roughness of the front, 0 or more.
    """

    log_distance: Vector
    depth: Vector

    def log_depth_left(self, max_depth: float) -> Vector:
        """Logarithm of ``1 - depth / max_depth``: how much of the front is left below a voxel."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.clip(1 - self.depth / max_depth, 0, 1)))


def survey(front: Front, anatomy: LVAnatomy, rng: np.random.Generator) -> Terrain:
    """Draw the random fields of one front, once; every depth and size is then a function of them."""
    inside = anatomy.healthy
    slices = anatomy.slice_index[inside]
    count = anatomy.wall.shape[anatomy.orientation.through_plane]
    place = slices, rotational_bin(anatomy.rotational[inside])
    lateral = lateral_distance(front, anatomy, rng)[place]
    if front.unlabelled_endocardium:
        patches = smooth_field((count, BINS), (0.5, BINS / 60), rng)
        left_out = patches > np.quantile(patches, 1 - front.unlabelled_endocardium)
        lateral = np.where(left_out[place] & (anatomy.transmural[inside] < UNLABELLED_DEPTH), np.inf, lateral)
    if front.strict:
        lateral = np.where(np.isin(anatomy.segment[inside], front.segments), lateral, np.inf)
    rough = smooth_field(inside.shape, in_plane_sigma(anatomy, 2.5), rng)[inside]
    uneven = np.exp(front.jitter * rng.standard_normal(count))[slices]
    # Roughness only holds the front back, so that a depth that was asked for is never passed.
    depth = anatomy.transmural[inside] * (1 + front.roughness * np.abs(rough)) * np.maximum(uneven, 1)
    return Terrain(np.log(lateral), depth.astype(np.float64))


def arrival(terrain: Terrain, head: Vector, taper: float) -> Vector:
    """Logarithm of the time when the front reaches each voxel; infinite where it never does.

    The scar of extent ``s`` is ``depth < max_depth * (1 - (u / s) ** taper)`` with ``u`` the lateral distance: a small
    taper is a spike, 1 a wedge, a large one a plateau with steep edges. Solved for ``s`` this is the arrival time, so
    that thresholding it grows one scar from small to large. Necrosis runs from the endocardium outwards as a wavefront:
    PMC2948162.

    Args:
        head: logarithm of the depth left at each voxel, (voxels,), as ``Terrain.log_depth_left`` gives it.
    """
    return terrain.log_distance - head / taper


def lateral_distance(front: Front, anatomy: LVAnatomy, rng: np.random.Generator) -> Vector:
    """Distance from the nearest source along the mid-wall in mm, (slices, bins): stretched, drifting, ragged, and
    longer where the wall is fed by another artery."""
    count = anatomy.wall.shape[anatomy.orientation.through_plane]
    gap = anatomy.spacing[anatomy.orientation.through_plane]
    radius = mid_wall_radius(anatomy)
    # Slices are acquired breath by breath: each is turned a little against its neighbours.
    turned = rng.normal(0, 40 * front.jitter, (count, 1))
    centres = (np.arange(BINS) + 0.5) * 360 / BINS
    distance = np.full((count, BINS), np.inf)
    for source in front.sources:
        along = (np.arange(count)[:, None] - source.slice_index) * gap
        turn = turn_between(centres - source.rotational - front.drift * along, turned)
        near = np.hypot(np.radians(turn) * radius[:, None], along / front.elongation) + 0.5 + source.delay
        distance = np.minimum(distance, near)
    width = np.radians(360 / BINS) * radius.max()
    ragged = smooth_field((count, BINS), (min(4 / gap, 2), 5 / width), rng)
    fed = perfused(front.segments, anatomy)
    return distance * np.exp(front.raggedness * ragged) * (1 + FOREIGN_DELAY * (1 - fed))


def perfused(segments: tuple[int, ...], anatomy: LVAnatomy) -> Vector:
    """How much each place of the unrolled wall belongs to the segments, (slices, bins), 0-1 with soft borders."""
    count = anatomy.wall.shape[anatomy.orientation.through_plane]
    place = anatomy.slice_index[anatomy.wall] * BINS + rotational_bin(anatomy.rotational[anatomy.wall])
    inside = np.isin(anatomy.segment[anatomy.wall], segments)
    total = np.bincount(place, minlength=count * BINS).reshape(count, BINS)
    mine = np.bincount(place, weights=inside, minlength=count * BINS).reshape(count, BINS)
    mine, total = (ndimage.gaussian_filter1d(counts.astype(float), BINS / 36, mode="wrap") for counts in (mine, total))
    return np.clip(mine / np.maximum(total, 1e-6), 0, 1)


def mid_wall_radius(anatomy: LVAnatomy) -> Vector:
    """Radius of the middle of the wall of each slice in mm, (slices,); the wall is narrow at the apex."""
    across = anatomy.orientation.in_plane
    pixel = anatomy.spacing[across[0]] * anatomy.spacing[across[1]]
    inner = anatomy.cavity.sum(across) * pixel
    outer = inner + anatomy.wall.sum(across) * pixel
    radius = (np.sqrt(inner / np.pi) + np.sqrt(outer / np.pi)) / 2
    return np.maximum(radius, 0.25 * radius.max())


def rotational_bin(angle: NDArray[np.float32]) -> NDArray[np.intp]:
    """Bin of an angle in degrees."""
    return (angle * (BINS / 360)).astype(np.intp) % BINS
