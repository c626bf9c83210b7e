"""Whether anything changed outside the scar: it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import Mask
from claim_aug.errors import InputError


@dataclass(frozen=True)
class BackgroundChange:
    """Voxels outside the allowed mask that differ: how many, and by how much at most in the image's units."""

    voxels: int
    maximum: float


def background_change(before: NDArray[Any], after: NDArray[Any], allowed: Mask) -> BackgroundChange:
    """Compare two images outside ``allowed``, bit for bit; NaN equals NaN.

    Args:
        before, after: images of the same shape and dtype.
        allowed: mask of the voxels that are meant to change, of the images' shape, such as ``ScarSample.changed``.

    Raises:
        InputError: shapes or dtypes that differ.
    """
    if before.shape != after.shape or allowed.shape != before.shape or before.dtype != after.dtype:
        msg = (
            "before, after and allowed need one shape, and the images one dtype, got "
            f"{before.shape} {before.dtype}, {after.shape} {after.dtype} and {allowed.shape}; "
            "compare on the scan's grid"
        )
        raise InputError(msg)
    one, other = before[~allowed], after[~allowed]
    differs = (one != other) & ~((one != one) & (other != other))
    if not differs.any():
        return BackgroundChange(0, 0.0)
    return BackgroundChange(int(differs.sum()), float(np.abs(one[differs].astype(float) - other[differs]).max()))
