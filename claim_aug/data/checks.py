"""Whether an image fits its labels; apart from the readers, so that the core needs none of their libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.errors import InputError


def check_image(image: NDArray[Any], labels: NDArray[Any]) -> None:
    """Refuse an image that does not lie on the grid of the labels or is not finite real numbers."""
    if labels.ndim == 4:
        msg = (
            f"labels need one value for each voxel, (I, J, K), got {labels.shape}; if they are one-hot, with a channel "
            "for each class, hand over labels.argmax(0)"
        )
        raise InputError(msg)
    if image.dtype.kind not in "iuf":
        msg = f"the image needs real numbers, got dtype {image.dtype}"
        raise InputError(msg)
    if image.shape[image.ndim - labels.ndim :] != labels.shape or image.ndim - labels.ndim not in (0, 1):
        msg = f"image and labels need the same grid, got {image.shape} and {labels.shape}"
        raise InputError(msg)
    bad = image.size - np.count_nonzero(np.isfinite(image)) if image.dtype.kind == "f" else 0
    if bad:
        msg = f"the image holds {bad} voxels that are NaN or infinite; replace them first"
        raise InputError(msg)
