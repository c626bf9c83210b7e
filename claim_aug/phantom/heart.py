"""The ventricles as formulas: where every point lies relative to the walls."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.phantom.parameters import PhantomParameters

Array = NDArray[np.float32]

_SMALLEST_CAVITY = 3.5  # mm of radius: below it no reader draws a cavity


@dataclass(frozen=True)
class HeartCoordinates:
    """Cylindrical coordinates about the long axis, and the surfaces met in each direction; mm, shape (I, J, n).

    ``epi``, ``endo`` and ``rv_outer``, ``rv_inner`` are the distances from the axis to the outer and inner surface of
    the LV wall and of the RV free wall in the direction of each voxel. ``phi`` is the angle in degrees from the
    anterior RV insertion towards the septum, 0-360. ``from_apex`` (n,) is 0 at the tip of
    the cavity and 1 at the mitral plane.
    """

    x: Array
    y: Array
    radius: Array
    phi: Array
    epi: Array
    endo: Array
    rv_outer: Array
    rv_inner: Array
    from_apex: Array

    @property
    def cavity(self) -> NDArray[np.bool_]:
        """LV blood with the papillary muscles in it, below the mitral plane."""
        return (self.radius < self.endo) & (self.from_apex <= 1)

    @property
    def wall(self) -> NDArray[np.bool_]:
        """LV myocardium."""
        return (self.radius < self.epi) & (self.radius >= self.endo) & (self.from_apex <= 1)

    @property
    def rv(self) -> NDArray[np.bool_]:
        """RV blood with its trabeculae."""
        return (self.radius >= self.epi) & (self.radius < self.rv_inner) & (self.from_apex <= 1)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Both ventricles with their walls (above the mitral plane: the atria)."""
        return self.radius < self.rv_outer


def _taper(down_from_base: Array, power: float) -> Array:
    """Relative radius of a bullet-shaped chamber: 1 at the base, 0 at and beyond the tip (argument 1)."""
    return np.asarray(np.sqrt(1 - np.clip(down_from_base, 0, 1) ** power), np.float32)


def _contour(parameters: PhantomParameters, theta: Array, z: Array, rng: np.random.Generator, size: float) -> Array:
    """Low-order Fourier irregularity of a contour, of relative ``size``; it turns slowly from slice to slice."""
    wave = np.zeros(np.broadcast_shapes(theta.shape, z.shape), np.float32)
    for order in (2, 3, 4, 5):
        phase, twist = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.02)
        wave += (size * rng.normal() * 1.5 / order) * np.cos(order * theta + phase + twist * z)
    return wave


def coordinates(parameters: PhantomParameters, z: NDArray[np.float64], shift: NDArray[np.float64]) -> HeartCoordinates:
    """Coordinates of every voxel centre in the planes ``z``.

    Args:
        parameters: numbers of the phantom; the contours are drawn from its seed, so equal planes get equal contours.
        z: position of the planes along the long axis, mm, (n,).
        shift: displacement of the heart in x and y in each plane in mm, (n, 2).
    """
    p, rng = parameters, np.random.default_rng((parameters.seed, 1))
    axis = np.array([p.axis_at(float(one)) for one in z]) + shift
    along = z.astype(np.float32)
    grid = (*p.shape[:2], len(z))
    x = np.empty(grid, np.float32)
    y = np.empty(grid, np.float32)
    x[:] = (np.arange(p.shape[0]) * p.spacing[0])[:, None, None] - axis[:, 0]
    y[:] = (np.arange(p.shape[1]) * p.spacing[1])[None, :, None] - axis[:, 1]
    theta = np.arctan2(y, x)

    length = p.base - p.apex
    cavity_radius = p.lv_radius * _taper((p.base - along) / length, 2.3)
    outer_radius = p.lv_outer_radius * _taper((p.base - along) / (length + 0.75 * p.wall_thickness), 2.3)
    cavity_radius[cavity_radius < _SMALLEST_CAVITY] = 0
    outline = 1 + p.ellipticity * np.cos(2 * (theta - np.float32(np.radians(p.ellipse_deg))))
    outline += _contour(p, theta, along, rng, p.wobble)
    endo = cavity_radius * (outline + _contour(p, theta, along, rng, p.wobble))
    # Never thinner than two thirds of the nominal wall, however the two irregularities meet.
    epi = np.maximum(outer_radius * outline, endo + 0.67 * (outer_radius - cavity_radius))

    alpha = (theta - np.float32(np.radians(p.septum_deg)) + np.pi) % (2 * np.pi) - np.pi
    depth = p.rv_depth * _taper((p.base - along) / (p.base - p.rv_apex), 2.0)
    depth = depth * (1 - p.rv_skew * np.sin(alpha)) * (1 + _contour(p, theta, along, rng, 2 * p.wobble))
    half = math.radians(p.rv_attachment_deg) / 2
    gap = 0.5 * p.rv_wall / p.lv_outer_radius  # half the free wall's angle where it meets the septum
    rv_outer = epi + depth * _bulge(alpha / (half + gap))
    rv_inner = epi + np.maximum(depth * _bulge(alpha / (half - gap)) - p.rv_wall, 0)
    phi = ((p.anterior_insertion_deg - np.degrees(theta)) % 360).astype(np.float32)
    from_apex = (along - p.apex) / length
    return HeartCoordinates(x, y, np.hypot(x, y), phi, epi, endo, rv_outer, np.minimum(rv_inner, rv_outer), from_apex)


def _bulge(position: Array) -> Array:
    """Relative depth of the RV between its insertions (position -1 and 1): a crescent with flat shoulders."""
    position = np.clip(position, -1, 1)
    cosine = np.cos(position * np.float32(np.pi / 2)).clip(0)
    return np.asarray(cosine**0.7 * (1 + 0.5 * position**2), np.float32)


def segments(heart: HeartCoordinates, attachment: float) -> NDArray[np.uint8]:
    """AHA segment 1-17 of every myocardial voxel, 0 elsewhere, (I, J, n); planes run from apex to base.

    Thirds of the planes that show a ring; six sectors in the basal and middle third, four in the apical; myocardium
    below the last ring is 17. The septum is what lies between both insertions, which are ``attachment`` degrees apart:
    two sectors share it, and four the rest.
    """
    wall = heart.wall
    ring = np.any(heart.cavity, axis=(0, 1)) & np.any(wall, axis=(0, 1))
    from_base = np.cumsum(ring[::-1])[::-1] - 0.5
    down = from_base / max(int(ring.sum()), 1)
    rest = 120 + (heart.phi - attachment) * 240 / (360 - attachment)
    phi = np.where(heart.phi < attachment, heart.phi * 120 / attachment, rest)
    six = np.array([2, 3, 4, 5, 6, 1])[np.minimum(phi // 60, 5).astype(int)]
    four = np.array([13, 14, 15, 16])[_quarter(phi)]
    found = np.where(down < 1 / 3, six, np.where(down < 2 / 3, six + 6, four))
    found = np.where(ring, found, 17)
    return np.where(wall, found, 0).astype(np.uint8)


def _quarter(phi: Array) -> NDArray[np.intp]:
    """0 anterior, 1 septal, 2 inferior, 3 lateral."""
    return (((phi + 75) % 360) // 90).astype(np.intp).clip(0, 3)


def labels(heart: HeartCoordinates) -> NDArray[np.uint8]:
    """0 background, 1 LV cavity, 2 myocardium, 5 RV cavity, (I, J, n)."""
    return np.select([heart.cavity, heart.wall, heart.rv], [1, 2, 5], 0).astype(np.uint8)


def slice_coordinates(parameters: PhantomParameters) -> HeartCoordinates:
    """Coordinates in the middle plane of every slice, (I, J, K)."""
    z = np.arange(parameters.shape[2], dtype=np.float64) * parameters.spacing[2]
    return coordinates(parameters, z, np.array(parameters.breathing))
