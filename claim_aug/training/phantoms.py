"""Domain-randomised phantoms as a training set: made from nothing, so that weights learnt from them may be shared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from claim_aug.phantom.wide import phantom_region
from claim_aug.training.slices import TrainingSlice, slices_of


def phantom_slices(count: int, seed: int, *, spacing: float, size: int) -> Iterator[TrainingSlice]:
    """The slices with scar of ``count`` phantoms, each a patient of its own.

    Args:
        count: number of phantoms.
        seed: seed of all phantoms.
        spacing: side of a window's pixel in mm.
        size: number of pixels along a window's side.
    """
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        image, anatomy = phantom_region(rng)
        yield from slices_of(image, anatomy, f"phantom {number:05d}", spacing=spacing, size=size)
