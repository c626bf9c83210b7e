"""The body around the heart: skin fat, chest wall, lung, diaphragm and what lies below it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claim_aug.fields import smooth_field
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.tissues import Tissue

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


def paint_torso(
    parameters: PhantomParameters, x: Array, y: Array, from_apex: Array, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Tissue map (I, J, K) of a body without a heart.

    A short-axis plane cuts the body obliquely: chest wall on the left of the screen, lung above and behind the heart,
    liver and stomach below it, back and shoulder muscles in fat on the right.

    Args:
        parameters: the phantom.
        x: distance right of the LV axis on the screen, mm, (I, J, K).
        y: distance below it, mm, (I, J, K).
        from_apex: 0 at the apex to 1 at the base of each slice, (K,).
        rng: source of the organs' places and outlines.
    """
    p = parameters
    turn = np.float32(np.radians(p.body_tilt_deg))
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    coarse, fine, lines, where = (
        smooth_field(x.shape, (size / p.spacing[0], size / p.spacing[1], depth), rng)
        for size, depth in ((20, 1.5), (6, 0.7), (4, 0.5), (4.5, 0.5))
    )
    apical = np.clip(1 - from_apex, 0, 1.1).astype(np.float32)

    from_skin, _ = _depth(x, y, p.body_centre, p.body_semi_axes)
    from_skin += 2.5 * coarse
    breast = 1 + 0.5 * apical * np.exp(-(((y + 10) / 70) ** 2)) * (x < 0)
    front = p.body_centre[0] - p.body_semi_axes[0] + p.skin_fat + p.chest_muscle
    # Narrow at the top; downwards the cage opens into the belly.
    tall = np.where(y < 0, p.cage_semi_axes[1] * (1 - 0.1 * apical), 2.6 * p.cage_semi_axes[1])
    outside_cage, along = _depth(x, y, (front + p.cage_semi_axes[0], 0.0), (p.cage_semi_axes[0], tall))
    outside_cage = 2 * coarse - outside_cage
    thread = (abs(lines) < 0.08) & (where > 0.3) & (apical * (x < 20) > 0.2)

    tissue = np.full(x.shape, Tissue.AIR, np.uint8)
    tissue[from_skin > 0] = Tissue.PERICARDIUM
    tissue[from_skin > 1.5] = Tissue.FAT
    shoulder = np.clip(np.cos(np.arctan2(y + 20, x - 20) + 0.9 + 0.3 * coarse), 0, 1)
    slab = abs(outside_cage - p.chest_muscle - 18 + 5 * coarse) < 15 * shoulder
    tissue[slab & (from_skin > p.skin_fat * breast)] = Tissue.MUSCLE
    tissue[(from_skin > 4) & (outside_cage > 0) & thread] = Tissue.PERICARDIUM
    wall = (outside_cage < p.chest_muscle) & (from_skin > 3)
    tissue[wall] = Tissue.MUSCLE
    tissue[wall & (abs(outside_cage - 0.75 * p.chest_muscle + 2 * coarse) < 0.9)] = Tissue.FAT
    _ribs(tissue, outside_cage - 0.4 * p.chest_muscle, along)

    chest = outside_cage < 0
    dome = p.diaphragm * (1 - 0.35 * apical) + 0.0042 * (x - 38) ** 2 + 2.5 * coarse
    below = y - dome
    tissue[chest] = Tissue.LUNG
    tissue[chest & _lung_vessels(x, y, lines, where, fine)] = Tissue.VESSEL
    # No lung lies under the heart, and fat fills the corner between heart and chest wall.
    under = (below > -16 - 4 * fine) & (x < 12)
    taper = np.clip(1 - ((y - 12) / (1.5 * p.lv_outer_radius)) ** 2, 0, 1)
    corner = (
        (outside_cage > -(7 + 4 * coarse + (2 + 5 * apical) * fine + 42 * apical**1.3) * taper) & (x < 0) & (taper > 0)
    )
    tissue[chest & (under | corner)] = Tissue.FAT
    belly = (below >= 0) & (outside_cage < 0)
    tissue[belly] = Tissue.MUSCLE
    tissue[belly & (below > 2)] = Tissue.FAT
    _abdomen(tissue, belly & (below > 3), x, below, (fine, coarse, lines), rng)
    return tissue


def _depth(
    x: Array, y: Array, centre: tuple[float, float], semi_axes: tuple[float, float | Array]
) -> tuple[Array, Array]:
    """Depth under a superellipse and place along it, both about in mm."""
    right, down = x - centre[0], y - centre[1]
    reach = np.maximum(np.hypot(right, down), 1e-3)
    relative = (abs(right / semi_axes[0]) ** 2.4 + abs(down / semi_axes[1]) ** 2.4) ** (1 / 2.4)
    along = np.arctan2(down, right) * np.float32(0.5 * semi_axes[0] + 0.5 * np.mean(semi_axes[1]))
    return np.asarray(reach * (1 / np.maximum(relative, 1e-3) - 1), np.float32), along


def _ribs(tissue: NDArray[np.uint8], depth: Array, along: Array) -> None:
    """Cut ribs every 32 mm: a dark shell around fatty marrow."""
    place = (along % 32) - 16
    oval = (place / 7) ** 2 + (depth / 3.5) ** 2
    tissue[oval < 1] = Tissue.CORTICAL_BONE
    tissue[oval < 0.4] = Tissue.MARROW


def _lung_vessels(x: Array, y: Array, lines: Array, where: Array, fine: Array) -> Mask:
    """Short bright strokes, more and thicker towards the hilum to the upper right of the heart."""
    from_hilum = np.hypot(x - 15, y + 45) / 60
    return (abs(lines) < 0.24 - 0.04 * from_hilum) & (where > 0.5 + 0.6 * from_hilum) & (fine > -0.5)


def _abdomen(
    tissue: NDArray[np.uint8],
    room: Mask,
    x: Array,
    below: Array,
    fields: tuple[Array, Array, Array],
    rng: np.random.Generator,
) -> None:
    """Bowel, kidney, spleen, stomach and liver, painted in that order, in mm right of the axis and below the dome."""
    fine, coarse, lines = fields
    tissue[room & (below > 70) & (fine + 0.4 * lines > -0.5)] = Tissue.BOWEL
    tissue[room & (below > 70) & (fine + 0.6 * lines > 0.6)] = Tissue.STOMACH_CONTENT

    def oval(right: float, down: float, width: float, height: float) -> Array:
        wobble = 0.2 * coarse + 0.07 * fine
        return np.asarray(((x - right) / width) ** 2 + ((below - down) / height) ** 2 + wobble, np.float32)

    kidney = oval(rng.uniform(55, 75), rng.uniform(72, 95), 25, 31)
    tissue[room & (kidney < 1.12)] = Tissue.PERICARDIUM
    tissue[room & (kidney < 1)] = Tissue.KIDNEY
    tissue[room & (kidney < 0.3) & (lines > -0.3)] = Tissue.FAT
    tissue[room & (oval(rng.uniform(62, 80), rng.uniform(16, 26), 30, rng.uniform(20, 32)) < 1)] = Tissue.SPLEEN
    tall = rng.uniform(12, 30)
    stomach = oval(rng.uniform(18, 38), 8 + tall, rng.uniform(12, 22), tall)
    tissue[room & (stomach < 1.5)] = Tissue.SPLEEN
    tissue[room & (stomach < 0.85 + 0.15 * fine)] = Tissue.STOMACH_CONTENT
    edge = rng.uniform(5, 25) - 0.2 * below + 7 * coarse
    liver = room & (x < edge) & (below < rng.uniform(110, 190) + 8 * coarse) & (stomach > 1.7)
    tissue[liver] = Tissue.LIVER
    tissue[liver & (abs(lines) < 0.1) & (fine > 0.9)] = Tissue.VESSEL
