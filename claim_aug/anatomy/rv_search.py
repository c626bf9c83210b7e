"""The anterior RV insertion found in the image, for scans whose label map has no RV.

Going round the left ventricle as the AHA segments run, one meets the RV (smooth, as bright as blood, hugging the
septum), the diaphragm with what lies below it, the lung (dark, deep and wide), and a wedge of fat in front of the
anterior insertion. This scene is laid round the ventricle in fixed proportions and turned to where it fits best: that
says where the septum faces. The RV's own intensity is then read off in front of the septum, because coil shading and
imperfect nulling move it away from that of LV blood, and the arc over which tissue of that level touches the wall is
fitted. Its first end is the insertion. Every slice votes, by its size, for one angle.

The proportions are round figures, set by eye on one half of the 71 patients of the public EMIDEC pictures and checked
on the other; no machine fitted them. Directions of the array play no part.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from claim_aug.anatomy.anchor import UNANCHORED, Anchor, turn_between
from claim_aug.anatomy.labels import Mask
from claim_aug.anatomy.rv_rings import ROWS, STEP_DEG, Array, Rings, depths, unroll

#: Below this confidence the insertion counts as not found.
FAINTEST = 0.5

# The scene: degrees from the anterior insertion as the segments run, and mm off the epicardium.
_RV, _RV_MM = (5, 95), (3, 14)
_RV_MIDDLE, _CONTACT_MM = (22, 67), (2, 9)
_LUNG, _LUNG_MM = (215, 335), (6, 40)
_FAT, _FAT_MM = (330, 355), (3, 14)
_BEFORE_DEG, _AFTER_DEG = 40, 24
#: The RV subtends 80-125 degrees of the epicardium in the pictures.
_WIDTHS_DEG, _WIDTH_DEG, _WIDTH_SD_DEG = range(60, 142, 6), 105, 15
_SCENE_SD_DEG = 20
#: Scene and arc settle a little inside the RV, which is thin where it meets the wall.
_LEAD_DEG = 8

# What a clear case reaches.
_CLEAR_CONTACT, _CLEAR_SCENE, _AGREEMENT_DEG = 0.5, 0.4, 30
_LONE_SLICE = 0.7
_FEWEST_PIXELS = 20


def find_rv(
    image: Array,
    cavity: Mask,
    wall: Mask,
    scar: Mask,
    centres: Array,
    spacing: tuple[float, float],
    *,
    winding: int,
) -> Anchor:
    """Anchor on the image: where the RV's contact with the septum begins.

    Args:
        image: intensities, (slices, rows, columns), any unit.
        cavity, wall, scar: boolean masks, (slices, rows, columns); ``wall`` includes ``scar``.
        centres: cavity centres, (slices, 2) in pixels.
        spacing: size of a row and a column, mm.
        winding: sense in which segments run, +1 or -1 as in ``Orientation``.

    Returns:
        The anchor, source ``"image"``, or ``UNANCHORED`` where its confidence would be below ``FAINTEST``.
    """
    rings = [
        unroll(image[index], cavity[index], wall[index], scar[index], centres[index], spacing, winding=winding)
        for index in np.flatnonzero((cavity.sum((1, 2)) >= _FEWEST_PIXELS) & wall.any((1, 2)))
    ]
    if not rings:
        return UNANCHORED
    turn, contact, scene = locate(rings)
    certain = confidence(rings, turn, contact, scene)
    if certain < FAINTEST:
        return UNANCHORED
    return Anchor(round(winding * turn % 360, 2), "image", round(certain, 3))


def locate(rings: Sequence[Rings]) -> tuple[float, Array, Array]:
    """The insertion in degrees as the segments run, with the contact and the scene's fit at each row, (``ROWS``,)."""
    scene = scene_fit(rings)
    facing = STEP_DEG * peak(scene) - _LEAD_DEG
    contact = septal_contact(rings, facing)
    return STEP_DEG * (peak(arc_fit(contact, facing)) - 0.5) - _LEAD_DEG, contact, scene


def scene_fit(rings: Sequence[Rings]) -> Array:
    """How well the scene fits with the anterior insertion at each row, (``ROWS``,), about 0 (not) to 1."""
    fits = []
    for ring in rings:
        blood, bright = ring.like_blood(), ring.brightness()
        fits.append(
            over_sector(blood[:, depths(*_RV_MM)].mean(1), _RV)
            - over_sector((blood + 0.5 * bright)[:, depths(*_LUNG_MM)].mean(1), _LUNG)
            - 0.3 * over_sector(blood[:, depths(*_FAT_MM)].mean(1), _FAT)
        )
    return by_size(rings, fits)


def septal_contact(rings: Sequence[Rings], facing: float) -> Array:
    """Share of the contact depth that is like the RV, (``ROWS``,), 0-1, with the insertion about ``facing`` degrees."""
    middle = np.arange(_RV_MIDDLE[0], _RV_MIDDLE[1], STEP_DEG) // STEP_DEG + round(facing / STEP_DEG)
    return by_size(rings, [ring.like_middle(middle)[:, depths(*_CONTACT_MM)].mean(1) for ring in rings])


def arc_fit(contact: Array, facing: float) -> Array:
    """Score in degrees of the best arc of contact that begins at each row, (``ROWS``,).

    Contact counts for the arc within it and against it before and after; widths and turns away from the scene cost.
    """
    votes = np.concatenate([[0], np.cumsum(np.tile(np.tanh(4 * (contact - 0.5)), 3))]) * STEP_DEG
    start = np.arange(ROWS) + ROWS
    before = votes[start] - votes[start - _BEFORE_DEG // STEP_DEG]
    best = np.full(ROWS, -np.inf)
    for width in _WIDTHS_DEG:
        end = start + width // STEP_DEG
        within, after = votes[end] - votes[start], votes[end + _AFTER_DEG // STEP_DEG] - votes[end]
        odd_width = ((width - _WIDTH_DEG) / _WIDTH_SD_DEG) ** 2
        best = np.maximum(best, within - before - 0.5 * after - 2.5 * odd_width)
    return best - 2.5 * (turn_between(STEP_DEG * np.arange(-0.5, ROWS - 1), facing) / _SCENE_SD_DEG) ** 2


def confidence(rings: Sequence[Rings], turn: float, contact: Array, scene: Array) -> float:
    """0-1, the geometric mean of three doubts.

    Contact at the septum must exceed that elsewhere, the scene must fit better than when turned by more than 60
    degrees, and the two halves of the stack, every other slice, must find the same angle.
    """
    rows = STEP_DEG * np.arange(ROWS)
    along = (rows - turn) % 360
    septal, elsewhere = (along >= 5) & (along < 110), (along >= 125) & (along < 350)
    clear_contact = (contact[septal].mean() - contact[elsewhere].mean()) / _CLEAR_CONTACT
    elsewhere = np.abs(turn_between(rows.astype(np.float64), STEP_DEG * peak(scene))) > 60
    clear_scene = (scene.max() - scene[elsewhere].max()) / _CLEAR_SCENE
    agreement = _LONE_SLICE
    if len(rings) > 1:
        halves = [locate(rings[first::2])[0] for first in (0, 1)]
        agreement = float(np.exp(-abs(turn_between(np.array(halves[0]), halves[1])) / _AGREEMENT_DEG))
    return float(np.cbrt(np.clip(clear_contact, 0, 1) * np.clip(clear_scene, 0, 1) * agreement))


def by_size(rings: Sequence[Rings], profiles: Sequence[Array]) -> Array:
    """Mean over slices, each by its radius: a large slice shows much of the RV, an apical one little."""
    return np.average(profiles, axis=0, weights=[ring.radius for ring in rings])


def over_sector(profile: Array, sector: tuple[int, int]) -> Array:
    """Mean of a profile over a sector that lies the given degrees after each row."""
    offsets = np.arange(sector[0] // STEP_DEG, sector[1] // STEP_DEG + 1)
    return profile[(np.arange(ROWS)[:, None] + offsets) % ROWS].mean(1)


def peak(score: Array) -> float:
    """Row of the highest score, refined by the parabola through it and its neighbours."""
    top = int(score.argmax())
    left, middle, right = score[(top + np.array([-1, 0, 1])) % ROWS]
    bend = left - 2 * middle + right
    return top + (0.5 * float((left - right) / bend) if bend < 0 else 0.0)
