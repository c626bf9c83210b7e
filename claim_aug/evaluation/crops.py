"""A slice's ventricle as a picture of fixed size, for a network that compares ventricles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane
from claim_aug.measures.remote import Image

#: Pixels of a crop along each side.
SIZE = 64
#: Side of the crop as a multiple of the epicardium's: the wall's own detail fills the crop, with a rim around it.
ROOM = 1.25

Crop = NDArray[np.float32]


def lv_crop(image: Image, anatomy: LVAnatomy, mask: Mask, *, size: int = SIZE) -> Crop:
    """The ventricle of one slice, resampled so that its epicardium always fills the same part of the picture.

    Each in-plane axis is scaled by the epicardium's extent along it, which undoes pixels that are not square. Intensity
    is in standard deviations over the mean of what lies outside the mask, so the scale does not depend on the mask's
    own intensities: a scan and the same scan with its scar painted again get the same scale.

    Args:
        image: intensities of a region of one slice, (I, J, K), any units.
        anatomy: anatomy of the same slice; see ``slices.slices_with``.
        mask: mask of the scar, (I, J, K).

    Returns:
        Image and share of scar 0-1, (2, size, size).
    """
    ventricle = np.argwhere(in_plane(anatomy.wall | anatomy.cavity, anatomy)[0])
    low, high = ventricle.min(0), ventricle.max(0)
    centre, side = (low + high) / 2, ROOM * (high - low + 1)
    steps = (np.arange(size) + 0.5) / size - 0.5
    grid = np.meshgrid(*(centre[axis] + side[axis] * steps for axis in (0, 1)), indexing="ij")
    picture, scar = (
        ndimage.map_coordinates(in_plane(layer, anatomy)[0].astype(np.float64), grid, order=1, mode="nearest")
        for layer in (image, mask)
    )
    outside = picture[scar == 0] if (scar == 0).any() else picture
    return np.stack([(picture - outside.mean()) / max(float(outside.std()), 1e-9), scar]).astype(np.float32)
