"""Smooth random fields, the one source of texture and ragged edges; and the robust spread of values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def smooth_field(shape: Sequence[int], sigma: float | Sequence[float], rng: np.random.Generator) -> NDArray[np.float32]:
    """Gaussian random field of zero mean and unit variance.

    White noise smoothed by a Gaussian of ``sigma`` voxels (a number, or one per axis), wrapping round at the borders.
    """
    field = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), sigma, mode="wrap", truncate=3)
    field -= field.mean()
    spread = float(field.std())
    return field / spread if spread > 0 else field


#: Standard deviation of a normal distribution over its median absolute deviation.
MAD_TO_SD = 1.4826
