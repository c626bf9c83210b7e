"""Where the anterior RV insertion is, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.box import bounds
from claim_aug.anatomy.labels import Mask
from claim_aug.anatomy.wall import angle_around

#: Label maps leave a gap of a pixel or so between RV cavity and LV wall: the RV's own wall is not labelled.
TOUCHING_MM = 4.0
FEWEST_CONTACTS = 4
#: Angles that septa subtend; a label that touches the wall over more or less is no whole RV.
SEPTA_DEG = (80, 170)


@dataclass(frozen=True)
class Anchor:
    """The anterior RV insertion of a stack.

    Attributes:
        angle_deg: direction from the cavity's centre, degrees in [0, 360) from the array's first in-plane axis towards
            its second; ``None`` where it is not known.
        source: source of the angle: ``"landmark"`` (given), ``"rv_label"``, ``"image"``, ``"affine"`` or ``"none"``.
        confidence: trust in the angle, 0-1; for an RV label, agreement of the slices.
        septum_deg: middle of the septum between both insertions, degrees in [0, 360) from the same axis; ``None``
            unless both are known.
        septum_extent_deg: angle between both insertions over the septum, degrees; ``None`` unless both are known.
    """

    angle_deg: float | None
    source: str
    confidence: float
    septum_deg: float | None = None
    septum_extent_deg: float | None = None

    def first_segment_deg(self, winding: int) -> float | None:
        """Where segment 2 begins: the anterior insertion, as far from the septum's middle as the inferior one."""
        if self.septum_deg is None or self.septum_extent_deg is None:
            return self.angle_deg
        return (self.septum_deg - self.septum_extent_deg / 2 * winding) % 360

    @property
    def known(self) -> bool:
        """Whether segments are where they say."""
        return self.angle_deg is not None


UNANCHORED = Anchor(None, "none", 0.0)


def anchor_from_rv(
    rv: Mask, wall: Mask, centres: NDArray[np.float64], spacing: tuple[float, float], *, winding: int
) -> Anchor:
    """Anchor on an RV label: in each slice the arc where the RV touches the wall, whose first end is the insertion.

    One angle per stack: the circular median over slices, each weighted by the length of its arc, so that a slice with
    an outflow tract or a sliver of RV does not turn the whole heart.

    Args:
        rv, wall: boolean masks of RV cavity and LV wall, (slices, rows, columns).
        centres: cavity centres, (slices, 2) in pixels.
        spacing: size of a row and a column, mm.
        winding: sense in which segments run, +1 or -1 as in ``Orientation``.
    """
    starts, middles, weights = [], [], []  # an arc weighs as much as its extent
    reach = max(TOUCHING_MM, 2.0 * max(spacing))
    # Nothing farther from the wall than that can touch it.
    near = bounds(wall, (0, *(int(reach / size) + 1 for size in spacing)))[1:]
    for index in np.flatnonzero(rv.any((1, 2)) & wall.any((1, 2))):
        there = rv[index][near]
        touching = np.zeros_like(wall[index])
        if there.any():
            close = ndimage.distance_transform_edt(~there, sampling=spacing) <= reach
            touching[near] = wall[index][near] & close
        if touching.sum() < FEWEST_CONTACTS:
            continue
        around = angle_around(centres[index], np.nonzero(touching), spacing)
        start, extent = contact_arc(winding * around)
        starts.append((winding * start) % 360)
        middles.append((winding * (start + extent / 2)) % 360)
        weights.append(extent)
    if not starts:
        return UNANCHORED
    angle, septum = circular_median(starts, weights), circular_median(middles, weights)
    spread = float(np.average(np.abs(turn_between(np.array(starts), angle)), weights=weights))
    extent = float(np.clip(np.median(np.repeat(weights, np.rint(weights).astype(int))), *SEPTA_DEG))
    certain = round(float(np.exp(-spread / 60)), 3)
    return Anchor(round(angle, 2), "rv_label", certain, round(septum, 2), round(extent, 2))


def contact_arc(angles: NDArray[np.floating]) -> tuple[float, float]:
    """Start and extent in degrees of the shortest arc that holds all the angles."""
    ordered = np.sort(np.asarray(angles, dtype=np.float64) % 360)
    gaps = np.diff(ordered, append=ordered[0] + 360)
    widest = int(gaps.argmax())
    return float(ordered[(widest + 1) % ordered.size]), float(360 - gaps[widest])


def turn_between(angle: NDArray[np.float64], reference: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed turn from ``reference`` to ``angle`` in degrees, in [-180, 180)."""
    return (angle - reference + 180) % 360 - 180


def circular_median(angles: Sequence[float], weights: Sequence[float]) -> float:
    """The angle among those given from which the weighted sum of turns to the others is least."""
    candidates = np.asarray(angles, dtype=np.float64)
    costs = [np.average(np.abs(turn_between(candidates, angle)), weights=np.add(weights, 1e-6)) for angle in candidates]
    return float(candidates[int(np.argmin(costs))])
