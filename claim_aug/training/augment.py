"""A slice augmented: turned, flipped, shifted, scaled, its intensities normalised a little differently."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from claim_aug.anatomy.roi import Roi
from claim_aug.training.slices import TrainingSlice


@dataclass(frozen=True)
class AugmentParams:
    """How a slice is augmented once.

    Attributes:
        angle: turn of the window in radians.
        scale: size of the window's pixel relative to the original, 1 as it is.
        mirrored: whether the window is flipped.
        shift: shift of the window's centre along its rows and columns, in pixels.
        gain: factor of the relative intensity, as if blood had been measured a little off.
        offset: shift of the relative intensity, as if remote myocardium had been measured a little off.
    """

    angle: float
    scale: float
    mirrored: bool
    shift: tuple[float, float]
    gain: float
    offset: float


#: A slice as inference sees it.
NO_AUGMENTATION = AugmentParams(0.0, 1.0, False, (0.0, 0.0), 1.0, 0.0)


def sample_augmentation(rng: np.random.Generator) -> AugmentParams:
    """Any turn, either side, 12 % larger or smaller, up to 4 pixels off; 10 % of gain and 0.05 of offset."""
    return AugmentParams(
        angle=float(rng.uniform(0, 2 * np.pi)),
        scale=float(np.exp(rng.uniform(-0.12, 0.12))),
        mirrored=bool(rng.random() < 0.5),
        shift=(float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4))),
        gain=float(np.exp(rng.normal(0, 0.1))),
        offset=float(rng.normal(0, 0.05)),
    )


def augment(example: TrainingSlice, params: AugmentParams) -> TrainingSlice:
    """The slice augmented. One interpolation does it all, the same as at inference."""
    slice_, roi = example.slice_, example.slice_.roi
    rotation = np.array([[np.cos(params.angle), -np.sin(params.angle)], [np.sin(params.angle), np.cos(params.angle)]])
    if params.mirrored:
        rotation = rotation @ np.diag([-1.0, 1.0])
    # The diagonal makes pixels square in mm; a window turns in mm, not in voxels.
    axes = roi.axes @ rotation * params.scale
    moved = replace(
        slice_,
        roi=Roi(roi.centre + axes @ np.array(params.shift), axes, roi.size),
        # Splines reproduce constants and are linear, so gain and offset may act on the coefficients.
        relative_intensity=params.gain * slice_.relative_intensity + params.offset,
        around=params.gain * slice_.around + params.offset,
    )
    return replace(example, slice_=moved, infarct=params.gain * example.infarct + params.offset)
