"""Whether the border of a scar shows a seam: how steep the image is across it, against along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.errors import InputError
from claim_aug.measures.remote import Image

#: A ratio over fewer pairs of pixels than this says nothing; our default.
FEWEST_PAIRS = 8


def border_ratio(image: Image, anatomy: LVAnatomy, mask: Mask) -> float | None:
    """Mean absolute difference of neighbours across the border over that of neighbours along it.

    Across: one pixel is scar, the other healthy wall. Along: both are scar, or both healthy wall, and both touch the
    border. 1 is a border that nothing in the image shows; bright scar with a sharp edge has more. It has no unit, so
    scans of any scale compare.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        mask: mask of the scar whose border is measured, (I, J, K).

    Returns:
        Ratio, 0 or more; ``None`` where scar meets too little healthy wall.
    """
    outside = anatomy.wall & ~mask
    faces = [next_along(axis, image.ndim) for axis in anatomy.orientation.in_plane]
    crossing = [(mask[here] & outside[there]) | (outside[here] & mask[there]) for here, there in faces]
    touches = np.zeros_like(mask)
    for (here, there), differs in zip(faces, crossing, strict=True):
        touches[here] |= differs
        touches[there] |= differs
    along = [(mask[here] == mask[there]) & touches[here] & touches[there] for here, there in faces]
    steps, flat = (
        np.concatenate(
            [np.abs(image[here] - image[there])[pairs] for (here, there), pairs in zip(faces, of, strict=True)]
        )
        for of in (crossing, along)
    )
    if min(steps.size, flat.size) < FEWEST_PAIRS or not flat.any():
        return None
    return float(steps.mean() / flat.mean())


def next_along(axis: int, ndim: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Each voxel but the last along an axis, and the one after it, as indices."""
    here, there = (
        tuple(side if a == axis else slice(None) for a in range(ndim)) for side in (slice(None, -1), slice(1, None))
    )
    return here, there


def seam(synthetic: NDArray[np.float64], real: NDArray[np.float64]) -> float:
    """Median border ratio of synthetic over that of real scars: 1 as real, above 1 a sharper edge, below 1 a fainter.

    Args:
        synthetic, real: border ratios of the slices of each set, (slices,); the numbers of slices may differ.

    Raises:
        InputError: a set without values.
    """
    if not len(synthetic) or not len(real):
        msg = f"border ratios of synthetic and real scars are compared, got {len(synthetic)} and {len(real)} of them"
        raise InputError(msg + "; give scans with scar")
    return float(np.median(synthetic) / np.median(real))
