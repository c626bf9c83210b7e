"""Domain-randomised phantoms as a training set: made from nothing, so that weights learnt from them may be shared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from claim_aug.anatomy import LVAnatomy
from claim_aug.phantom.acquisition import k_space_window
from claim_aug.phantom.wide import phantom_region
from claim_aug.training.slices import HEALTHY_EVERY, TrainingSlice, remote_slices, slices_of

#: True resolution of LGE scans in mm, whatever pixels they are interpolated to (Kramer et al., J Cardiovasc Magn Reson
#: 2020;22:17: 1.4-1.8 mm, and worse where breath is held badly). At its upper half the brightness of EMIDEC's wall
#: fades beside scar as it does in these phantoms.
RESOLUTION_MM = (1.3, 3.2)


def phantom_slices(count: int, seed: int, *, spacing: float, size: int) -> Iterator[TrainingSlice]:
    """The slices with scar of ``count`` phantoms, each a patient of its own, and healthy wall of some.

    Args:
        count: number of phantoms.
        seed: seed of all phantoms.
        spacing: side of a window's pixel in mm.
        size: number of pixels along a window's side.
    """
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        image, anatomy = phantom_region(rng)
        rows, columns = rng.uniform(*RESOLUTION_MM, size=2)
        image = at_resolution(image, anatomy, (float(rows), float(columns)))
        name = f"phantom {number:05d}"
        yield from slices_of(image, anatomy, name, spacing=spacing, size=size)
        if number % HEALTHY_EVERY == 0:
            yield from remote_slices(image, anatomy, name, rng, spacing=spacing, size=size)


def at_resolution(
    image: NDArray[np.float64], anatomy: LVAnatomy, millimetres: tuple[float, float]
) -> NDArray[np.float64]:
    """The image without the spatial frequencies that a scanner of this in-plane resolution does not measure.

    Args:
        image: intensities of the anatomy's region, (I, J, K).
        anatomy: ventricle of the image, with its spacing.
        millimetres: resolution along each axis of the slice, mm; finer than the pixels it does no more than soften the
            highest frequencies, as every scanner's window does.
    """
    axes = anatomy.orientation.in_plane
    shares = [min(anatomy.spacing[axis] / wanted, 1.0) for axis, wanted in zip(axes, millimetres, strict=True)]
    window = k_space_window((image.shape[axes[0]], image.shape[axes[1]]), (shares[0], shares[1]))
    measured = fft.fft2(image, axes=axes) * np.expand_dims(window, anatomy.orientation.through_plane)
    return np.asarray(fft.ifft2(measured, axes=axes).real)
