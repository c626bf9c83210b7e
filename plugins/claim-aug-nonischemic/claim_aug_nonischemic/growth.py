"""From foci in the wall to a mask: each grows as an ellipse along its layer of the wall, until they merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claim_aug import LVAnatomy
from claim_aug.fields import smooth_field

#: Scale of ragged edges, mm.
RAGGED_MM = 4.0
#: Distance of a voxel at the focus itself, mm, so that logarithms and ratios stay finite.
NEAREST_MM = 1.0


@dataclass(frozen=True)
class Focus:
    """Where enhancement begins.

    Attributes:
        rotational: degrees from the anterior RV insertion towards the septum; ``None`` for the whole circumference.
        slice_index: index of the slice, which may lie between two.
        depth: middle of the layer, transmural coordinate, 0-1.
        thickness: thickness of the layer as a share of the wall's.
    """

    rotational: float | None
    slice_index: float
    depth: float
    thickness: float


def distance(
    anatomy: LVAnatomy, foci: tuple[Focus, ...], length: float, raggedness: float, rng: np.random.Generator
) -> np.ndarray:
    """How far each voxel is from the nearest focus, (I, J, K); infinite outside all layers.

    With ``u`` the distance along the wall and ``v`` the depth from the layer's middle in half thicknesses, a focus of
    size ``s`` is the ellipse ``(u / s)^2 + v^2 < 1``. So a voxel is reached when ``s`` is ``u / sqrt(1 - v^2)``.
    """
    radius = mid_wall_radius(anatomy)[anatomy.slice_index]
    gap = anatomy.spacing[anatomy.orientation.through_plane]
    nearest = np.full(anatomy.wall.shape, np.inf)
    for focus in foci:
        along = np.full(anatomy.wall.shape, NEAREST_MM)
        if focus.rotational is not None:
            turn = np.radians((anatomy.rotational - focus.rotational + 180) % 360 - 180)
            along += np.hypot(radius * turn, (anatomy.slice_index - focus.slice_index) * gap / length)
        across = 2 * (anatomy.transmural - focus.depth) / focus.thickness
        inside = np.abs(across) < 1
        nearest[inside] = np.minimum(nearest[inside], along[inside] / np.sqrt(1 - across[inside] ** 2))
    ragged = smooth_field(anatomy.wall.shape, [RAGGED_MM / size for size in anatomy.spacing], rng)
    return nearest * np.exp(raggedness * ragged)


def mid_wall_radius(anatomy: LVAnatomy) -> np.ndarray:
    """Radius of the middle of the wall of each slice in mm, (slices,)."""
    across = anatomy.orientation.in_plane
    pixel = anatomy.spacing[across[0]] * anatomy.spacing[across[1]]
    inner = anatomy.cavity.sum(across) * pixel
    outer = inner + anatomy.wall.sum(across) * pixel
    return (np.sqrt(inner / np.pi) + np.sqrt(outer / np.pi)) / 2


def nearest_voxels(distances: np.ndarray, allowed: np.ndarray, wanted: int) -> np.ndarray:
    """The mask of the nearest voxels, as many as are wanted or as there are."""
    candidates = np.flatnonzero(allowed & np.isfinite(distances))
    order = candidates[np.argsort(distances.flat[candidates], kind="stable")[:wanted]]
    mask = np.zeros(distances.shape, bool)
    mask.flat[order] = True
    return mask
