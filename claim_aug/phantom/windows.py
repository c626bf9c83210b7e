"""Phantoms as windows for a segmenter: as many as are asked for, each a function of its number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from claim_aug.phantom.wide import render, sample_appearance, sample_heart, scar_of
from claim_aug.segmentation.windows import SIDE, Windows, class_map, cut_windows, join_windows

#: Seed of the phantoms of a segmenter's training.
SEED = 2026


def phantom_windows(numbers: Iterable[int], *, seed: int = SEED, healthy: float = 0.5, side: int = SIDE) -> Windows:
    """The windows of phantoms that look far more varied than any scanner's images do.

    Args:
        numbers: numbers of the phantoms; the same seed and number give the same phantom.
        seed: seed of all of them.
        healthy: share of the numbers that have no scar, spread evenly, 0-1.
        side: pixels along a window's side.

    Example:
        >>> from claim_aug.phantom import phantom_windows
        >>> phantom_windows(range(2)).images.shape[1:]
        (1, 64, 64)
    """
    return join_windows(_windows_of(number, seed, healthy, side) for number in numbers)


def _windows_of(number: int, seed: int, healthy: float, side: int) -> Windows:
    rng = np.random.default_rng((seed, number))
    scarred = int((number + 1) * healthy) == int(number * healthy)
    parameters, anatomy = sample_heart(rng, scar=scarred)
    image = render(parameters, sample_appearance(rng), *scar_of(anatomy), rng)
    return cut_windows(image, anatomy.on_grid(class_map(anatomy)), anatomy, side=side)
