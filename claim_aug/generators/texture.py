"""Scar in wall coordinates: a patch unrolled onto a small grid, and a grid looked up for another patch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.anchor import contact_arc
from claim_aug.anatomy.box import Box, bounds

Values = NDArray[np.float64]
Index = tuple[NDArray[np.intp], ...]

#: Cells of an unrolled patch across the wall and along it: a little finer than EMIDEC's pixels (6 by 60 of them).
DEPTHS, POSITIONS = 12, 64
#: Voxels that a cell is interpolated from.
NEIGHBOURS = 4


@dataclass(frozen=True)
class Patch:
    """One connected component of scar in one slice.

    Attributes:
        voxels: index of the patch's n voxels into the region, (n,) along each axis.
        plane: index of the slice.
        depth: depth of each voxel in its column, 0 at the patch's endocardial side to 1 at its epicardial side, (n,).
        position: place of each voxel along the wall, 0 at the patch's first end to 1 at its last, (n,).
        arc: angle that the patch spans, degrees, 0-360.
        length, thickness: mean size of the patch along the wall and across it, mm.
    """

    voxels: Index
    plane: int
    depth: Values
    position: Values
    arc: float
    length: float
    thickness: float

    def within(self, part: Box) -> Patch:
        """The same component, with voxels counted from a corner of the region; its plane keeps its number."""
        return replace(self, voxels=tuple(axis - side.start for axis, side in zip(self.voxels, part, strict=True)))


def patches(scar: Mask, anatomy: LVAnatomy, *, fewest: int = 1) -> list[Patch]:
    """The connected components of each slice, those of at least ``fewest`` voxels, slice by slice."""
    if not scar.any():
        return []
    across = anatomy.orientation.through_plane
    part = bounds(scar)
    label, _ = ndimage.label(scar[part], np.stack([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))], axis=across))
    inside = np.nonzero(scar[part])
    component = label[inside]
    where = [axis + side.start for axis, side in zip(inside, part, strict=True)]
    order = np.argsort(component, kind="stable")
    ends = np.cumsum(np.bincount(component)[1:])
    found = []
    for own in np.split(order, ends[:-1]):
        if own.size >= fewest:
            found.append(measured(tuple(axis[own] for axis in where), anatomy))
    return sorted(found, key=lambda patch: patch.plane)


def measured(voxels: Index, anatomy: LVAnatomy) -> Patch:
    """Coordinates and size of the component that these voxels are."""
    across, in_plane = anatomy.orientation.through_plane, anatomy.orientation.in_plane
    plane = int(voxels[across][0])
    pixel = np.array([anatomy.spacing[axis] for axis in in_plane])
    places = np.stack([voxels[axis] for axis in in_plane], axis=1) * pixel
    ring = np.stack(np.nonzero(np.take(anatomy.wall, plane, across)), axis=1) * pixel
    radius = max(float(np.hypot(*(places - ring.mean(0)).T).mean()), float(pixel.min()))
    angle = anatomy.rotational[voxels].astype(np.float64)
    step = float(np.degrees(pixel.mean() / radius))
    start, arc = span(angle, step)
    position = ((angle - start) % 360) / arc
    length = max(float(np.radians(arc)) * radius, float(pixel.mean()))
    depth = within_column(anatomy.transmural[voxels].astype(np.float64), position, max(round(arc / step), 1))
    thickness = len(angle) * float(pixel.prod()) / length
    return Patch(voxels, plane, depth, np.clip(position, 0, 1), arc, length, thickness)


def span(angle: Values, step: float) -> tuple[float, float]:
    """Start and extent in degrees of the arc that holds all the pixels, half a pixel beyond the outermost centres.

    Args:
        angle: rotational coordinate of the pixels' centres in degrees, (n,).
        step: size of a pixel in degrees.
    """
    first, arc = contact_arc(angle)
    return (first - step / 2, arc + step) if arc + step < 360 else (first, 360.0)  # a ring has no ends


def within_column(depth: Values, position: Values, columns: int) -> Values:
    """Depth relative to the component's own inner and outer side at each position, 0-1."""
    column = np.clip((position * columns).astype(np.intp), 0, columns - 1)
    inner, outer = np.full(columns, np.inf), np.full(columns, -np.inf)
    np.minimum.at(inner, column, depth)
    np.maximum.at(outer, column, depth)
    there = np.flatnonzero(np.isfinite(inner))
    centres = (np.arange(columns) + 0.5) / columns
    sides = []
    for side in (inner, outer):
        # Smooth: the staircase of the pixels is not the scar's border.
        filled = np.interp(centres, centres[there], side[there])
        sides.append(np.interp(position, centres, ndimage.gaussian_filter1d(filled, 1.0, mode="nearest")))
    width = sides[1] - sides[0]
    relative = np.where(width > 1e-3, (depth - sides[0]) / np.maximum(width, 1e-3), 0.5)
    return np.asarray(np.clip(relative, 0, 1))


def unroll(values: Values, patch: Patch, used: Mask | None = None) -> tuple[Values, Mask]:
    """The patch on a grid of (``DEPTHS``, ``POSITIONS``), and the cells that lie within a voxel of a used one.

    Args:
        values: texture of the patch's voxels, (n,).
        patch: patch that the voxels are of.
        used: mask of the voxels to take, (n,), at least one; cells away from these are filled from the nearest of
            them. All by default.
    """
    used = np.ones(len(values), bool) if used is None else used
    # Distances in mm: a cell is far narrower than it is long, or the other way round.
    size = np.array([max(patch.thickness, 1e-3), patch.length])
    points = np.stack([patch.depth[used], patch.position[used]], axis=1) * size
    depths, positions = np.meshgrid(np.linspace(0, 1, DEPTHS), np.linspace(0, 1, POSITIONS), indexing="ij")
    cells = np.stack([depths.ravel(), positions.ravel()], axis=1) * size
    count = min(NEIGHBOURS, len(points))
    distance, index = map(np.asarray, KDTree(points).query(cells, k=list(range(1, count + 1))))
    pixel = np.sqrt(size.prod() / len(values))
    weight = 1 / (distance**2 + (0.3 * pixel) ** 2)
    texture = (weight * values[used][index]).sum(1) / weight.sum(1)
    near = distance[:, 0] < pixel
    return texture.reshape(DEPTHS, POSITIONS), near.reshape(DEPTHS, POSITIONS)


def look_up(texture: NDArray[np.floating[Any]], depth: Values, position: Values) -> Values:
    """The texture at these coordinates, (n,), linear between cells; beyond its ends it comes back as in a mirror."""
    rows, columns = (count - 1 for count in texture.shape)
    return np.asarray(
        ndimage.map_coordinates(texture, [depth * rows, position * columns], order=1, mode="mirror"), np.float64
    )
