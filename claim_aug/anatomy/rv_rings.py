"""What surrounds the left ventricle, unrolled round its epicardium: one slice as a map of angle and depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.labels import Mask
from claim_aug.fields import MAD_TO_SD

Array = NDArray[np.float64]

STEP_DEG = 3
ROWS = 360 // STEP_DEG
DEPTH_MM = np.arange(1.0, 41.0)

_RAY_MM = np.arange(0, 80, 0.5)
_SMOOTHING_MM = 1.0
_FEWEST_PIXELS = 20
#: Rows and mm. Between bright fat and dark lung the signal passes the level of blood, but only along a line.
_SMALLEST_BODY = (5, 7)


@dataclass(frozen=True)
class Rings:
    """One slice round the epicardium.

    Attributes:
        signal: image round the epicardium, (``ROWS``, depths); row 0 lies on the first in-plane axis, rows run as
            segments do.
        blood, wall: median signal of the LV cavity and of the wall without scar, in the image's units.
        noise: robust SD of the signal in the cavity, in the image's units.
        radius: mean distance in mm from the cavity's centre to the epicardium.
    """

    signal: Array
    blood: float
    wall: float
    noise: float
    radius: float

    @property
    def contrast(self) -> float:
        """Between blood and wall, never zero."""
        return max(abs(self.blood - self.wall), 1e-9)

    def brightness(self) -> Array:
        """0 at the level of the wall, 1 at that of LV blood, within -1 and 1; shape of ``signal``."""
        scale = np.copysign(self.contrast, self.blood - self.wall)
        return np.clip((self.signal - self.wall) / scale, -1, 1)

    def like_blood(self) -> Array:
        """0-1, bodies of tissue about as bright as LV blood; wide, because coils shade and RV blood may be darker."""
        return self._bodies(self.blood, np.hypot(0.45 * self.contrast, self.noise))

    def like_middle(self, middle: NDArray[np.intp]) -> Array:
        """0-1, bodies of tissue as bright as what lies off the wall in the rows ``middle``: the RV, if that is it."""
        values = self.signal[middle % ROWS][:, depths(3, 9)]
        level = float(np.median(values))
        spread = MAD_TO_SD * float(np.median(np.abs(values - level)))
        level = float(np.clip(level, self.blood - 0.7 * self.contrast, self.blood + self.contrast))
        return self._bodies(level, np.hypot(0.2 * self.contrast, min(spread, 0.4 * self.contrast)))

    def _bodies(self, level: float, width: float) -> Array:
        likeness = np.exp(-0.5 * ((self.signal - level) / width) ** 2)
        margin = _SMALLEST_BODY[0]
        closed = np.pad(likeness, ((margin, margin), (0, 0)), mode="wrap")
        return ndimage.grey_opening(closed, size=_SMALLEST_BODY)[margin:-margin]


def depths(first: float, last: float) -> NDArray[np.bool_]:
    """Which columns of ``Rings.signal`` lie from ``first`` to ``last`` mm off the epicardium."""
    return (first <= DEPTH_MM) & (last >= DEPTH_MM)


def unroll(
    image: Array, cavity: Mask, wall: Mask, scar: Mask, centre: Array, spacing: tuple[float, float], *, winding: int
) -> Rings:
    """Unroll one slice.

    Args:
        image: intensities of one slice, (rows, columns), any unit.
        cavity, wall, scar: boolean masks of the slice, (rows, columns); the cavity is not empty.
        centre: centre of the cavity in pixels, (2,).
        spacing: size of a row and a column, mm.
        winding: sense in which segments run, +1 or -1 as in ``Orientation``.
    """
    angle = np.radians(winding * STEP_DEG * np.arange(ROWS))[:, None]
    per_mm = np.cos(angle) / spacing[0], np.sin(angle) / spacing[1]

    def along_rays(plane: Array, distance: Array) -> Array:
        where = [start + distance * step for start, step in zip(centre, per_mm, strict=True)]
        return ndimage.map_coordinates(plane, where, order=1, mode="nearest")

    # Just below a half, so that a border midway between two pixels falls the same way in a turned array.
    inside = along_rays((cavity | wall).astype(np.float64), _RAY_MM[None]) > 0.499
    epicardium = _RAY_MM[_RAY_MM.size - 1 - inside[:, ::-1].argmax(1)]
    epicardium = np.where(inside.any(1), epicardium, np.median(epicardium[inside.any(1)]))
    smooth = ndimage.gaussian_filter(image, [_SMOOTHING_MM / size for size in spacing])

    pool = ndimage.binary_erosion(cavity)
    blood = image[pool if pool.sum() >= _FEWEST_PIXELS else cavity]
    healthy = wall & ~scar
    level = float(np.median(blood))
    return Rings(
        signal=along_rays(smooth, epicardium[:, None] + DEPTH_MM),
        blood=level,
        wall=float(np.median(image[healthy if healthy.any() else wall])),
        noise=MAD_TO_SD * float(np.median(np.abs(blood - level))),
        radius=float(epicardium.mean()),
    )
