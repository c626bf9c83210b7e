"""The same slice, seen another way: turned, flipped, shifted, scaled, its intensities normalised a little otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from claim_aug.anatomy.roi import Roi
from claim_aug.training.slices import TrainingSlice


@dataclass(frozen=True)
class View:
    """How a slice is seen once.

    Attributes:
        angle: turn of the window in radians.
        scale: pixel of the window relative to its own, 1 as it is.
        mirrored: whether it is flipped.
        shift: of its centre, in pixels.
        gain, offset: of the heights, as if remote and blood had been read a little off.
    """

    angle: float
    scale: float
    mirrored: bool
    shift: tuple[float, float]
    gain: float
    offset: float


#: A slice as inference sees it.
PLAIN = View(0.0, 1.0, False, (0.0, 0.0), 1.0, 0.0)


def sample_view(rng: np.random.Generator) -> View:
    """Any turn, either side, 12 % larger or smaller, up to 4 pixels off; 10 % of gain and 0.05 of offset."""
    return View(
        angle=float(rng.uniform(0, 2 * np.pi)),
        scale=float(np.exp(rng.uniform(-0.12, 0.12))),
        mirrored=bool(rng.random() < 0.5),
        shift=(float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4))),
        gain=float(np.exp(rng.normal(0, 0.1))),
        offset=float(rng.normal(0, 0.05)),
    )


def seen(piece: TrainingSlice, view: View) -> TrainingSlice:
    """The slice so seen. One interpolation does it all, the same as at inference."""
    roi = piece.piece.roi
    turn = np.array([[np.cos(view.angle), -np.sin(view.angle)], [np.sin(view.angle), np.cos(view.angle)]])
    if view.mirrored:
        turn = turn @ np.diag([-1.0, 1.0])
    # The diagonal makes pixels square in mm; a window turns in mm, not in voxels.
    axes = roi.axes @ turn * view.scale
    moved = Roi(roi.centre + axes @ np.array(view.shift), axes, roi.size)
    # Splines reproduce constants and are linear, so gain and offset may act on the coefficients.
    heights, around = (view.gain * splines + view.offset for splines in (piece.piece.heights, piece.piece.around))
    looked = replace(piece.piece, roi=moved, heights=heights, around=around)
    return replace(piece, piece=looked, infarct=view.gain * piece.infarct + view.offset)
