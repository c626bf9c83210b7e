"""Phantoms as windows for a segmenter: as many as are asked for, each a function of its number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from claim_aug.phantom.wide import FIELD_MM, render, sample_heart, scar_of
from claim_aug.phantom.wide_appearance import sample_appearance
from claim_aug.segmentation.windows import SIDE, Windows, class_map, cut_windows, join_windows

#: Seed of the phantoms of a segmenter's training.
SEED = 2026
#: Of ``elsewhere``: every so many-th phantom shows more of the body, a field of so many mm.
EVERY, BODY_MM = 4, 220.0


def phantom_windows(
    numbers: Iterable[int], *, seed: int = SEED, healthy: float = 0.5, side: int = SIDE, elsewhere: bool = False
) -> Windows:
    """The windows of phantoms that look far more varied than any scanner's images do.

    Args:
        numbers: numbers of the phantoms; the same seed and number give the same phantom.
        seed: seed of all of them.
        healthy: share of the numbers that have no scar, spread evenly, 0-1.
        side: pixels along a window's side.
        elsewhere: whether every fourth phantom shows more of the body, and for each slice one more window that lies
            anywhere in it: a network that has seen none finds ventricles where there are none.

    Example:
        >>> from claim_aug.phantom import phantom_windows
        >>> phantom_windows(range(2)).images.shape[1:]
        (1, 64, 64)
    """
    return join_windows(
        _windows_of(number, seed, healthy, side, elsewhere and number % EVERY == EVERY - 1) for number in numbers
    )


def _windows_of(number: int, seed: int, healthy: float, side: int, elsewhere: bool) -> Windows:
    rng = np.random.default_rng((seed, number))
    scarred = int((number + 1) * healthy) == int(number * healthy)
    parameters, anatomy = sample_heart(rng, scar=scarred, field_mm=BODY_MM if elsewhere else FIELD_MM)
    image = render(parameters, sample_appearance(rng), *scar_of(anatomy), rng)
    classes = anatomy.on_grid(class_map(anatomy))
    around = cut_windows(image, classes, anatomy, side=side)
    if not elsewhere:
        return around
    places = rng.uniform(0, image.shape[0], (image.shape[2], 2))
    return join_windows([around, cut_windows(image, classes, anatomy, side=side, centres=places)])
