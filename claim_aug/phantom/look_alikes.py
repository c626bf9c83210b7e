"""What makes a healthy wall bright, so that a network learns to leave it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.fields import smooth_field
from claim_aug.phantom import heart
from claim_aug.phantom.parameters import PhantomParameters


@dataclass(frozen=True)
class LookAlikes:
    """Brightness that is no scar; intensities are multiples of blood above remote.

    Attributes:
        insertions: intensity of the wall at the anterior and at the inferior RV insertion, where fibres cross.
        insertion_mm: size of those spots, mm.
        unevenness: spread of a slow change of intensity over the whole slice, as of a myocardium that is not nulled
            everywhere.
        unevenness_mm: scale of that change, mm.
        ghost: share of the signal that comes back as a ghost.
        ghost_shift: shift of the ghost along the first two axes, pixels.
    """

    insertions: tuple[float, float]
    insertion_mm: float
    unevenness: float
    unevenness_mm: float
    ghost: float
    ghost_shift: tuple[int, int]


def sample_look_alikes(rng: np.random.Generator) -> LookAlikes:
    """Draw each of them, most of them faint or absent."""
    along, shift = rng.random() < 0.5, int(rng.integers(8, 60))
    return LookAlikes(
        insertions=tuple(float(rng.uniform(0.1, 0.8) if rng.random() < 0.3 else 0) for _ in range(2)),  # type: ignore[arg-type]
        insertion_mm=float(rng.uniform(1.5, 4)),
        unevenness=float(rng.uniform(0, 0.25)),
        unevenness_mm=float(rng.uniform(12, 35)),
        ghost=float(rng.uniform(0, 0.15) if rng.random() < 0.3 else 0),
        ghost_shift=(shift, 0) if along else (0, shift),
    )


def look_alikes(p: PhantomParameters, look: LookAlikes, rng: np.random.Generator) -> NDArray[np.float32]:
    """Intensity to add to a phantom's, (I, J, K)."""
    scale = look.unevenness_mm / p.spacing[0]
    added = look.unevenness * smooth_field(p.shape, (scale, scale, 0.7), rng)
    if any(look.insertions):
        here = heart.slice_coordinates(p)
        middle = 0.3 * here.endo + 0.7 * here.epi
        for peak, phi in zip(look.insertions, (0.0, p.rv_attachment_deg), strict=True):
            across = np.radians((here.phi - phi + 180) % 360 - 180) * here.radius
            distance = np.hypot(across, here.radius - middle) / look.insertion_mm
            added += np.float32(peak) * np.exp(-0.5 * distance**2) * here.wall
    return np.asarray(added, np.float32)
