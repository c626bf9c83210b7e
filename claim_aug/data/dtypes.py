"""Intensities in the dtype of an image: what it can hold, and what it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def beyond_dtype(values: NDArray[np.float64], dtype: np.dtype[Any]) -> int:
    """How many values an integer dtype cannot hold; of a float one, none is asked for."""
    if dtype.kind == "f":
        return 0
    limits = np.iinfo(dtype)
    return int(((np.rint(values) < limits.min) | (np.rint(values) > limits.max)).sum())


def to_dtype(values: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Rounded and clipped into an integer dtype, or cast to a float one."""
    if dtype.kind == "f":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
