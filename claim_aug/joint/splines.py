"""``Roi.back`` as what it is, a linear map, so that a gradient can go through it.

SciPy pads a window with its edge, filters it into spline coefficients, and weighs 16 of them for each voxel. The
first two are one matrix for rows and columns, the last is a gather.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

#: What ``ndimage.map_coordinates`` pads an image with before it filters, with ``mode="nearest"``.
PAD = 12
#: Coefficients that a cubic spline weighs along one axis.
TAPS = 4


@functools.lru_cache
def prefilter(size: int) -> NDArray[np.float64]:
    """The matrix A, (size + 2 ``PAD``, size): the coefficients of a window are A @ window @ A.T."""
    padded = np.pad(np.eye(size), ((PAD, PAD), (0, 0)), mode="edge")
    return np.asarray(ndimage.spline_filter1d(padded, order=3, axis=0, mode="nearest"))


def coefficients(windows: Tensor) -> Tensor:
    """Spline coefficients of windows (..., size, size), padded as SciPy pads, (..., size + 2 ``PAD``, the same)."""
    matrix = torch.from_numpy(prefilter(windows.shape[-1])).to(windows)
    return matrix @ windows @ matrix.T


def taps(places: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which spline coefficients the value at a place weighs, and how.

    Args:
        places: rows and columns in the window, (2, voxels).
        size: number of pixels along the window's side.

    Returns:
        Indices into the window's flattened coefficients, and their weights, (voxels, 16) each.
    """
    side = size + 2 * PAD
    low = np.floor(places)
    rows, columns = (np.clip(one[:, None] + np.arange(-1, 3) + PAD, 0, side - 1) for one in low.astype(np.int64))
    across, along = (weights(one) for one in places - low)
    index = rows[:, :, None] * side + columns[:, None, :]
    weight = across[:, :, None] * along[:, None, :]
    return index.reshape(-1, TAPS**2), weight.reshape(-1, TAPS**2)


def weights(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cubic B-spline at the four nearest knots, (voxels, 4), for places so far beyond the second of them, 0-1."""
    rest = 1 - part
    inner = (4 - 6 * part**2 + 3 * part**3, 4 - 6 * rest**2 + 3 * rest**3)
    return np.stack([rest**3, *inner, part**3], axis=1) / 6
