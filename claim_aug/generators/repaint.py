"""Moving part of a scan to other intensities, with the scan's own noise on top."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import Mask
from claim_aug.measures.remote import Image
from claim_aug.measures.tissue import Tissue, local_mean


def repaint(image: Image, mask: Mask, target: Image, tissue: Tissue, across: int, grain: Image) -> Image:
    """Move the local mean of the masked voxels to ``target``, and keep the scan's own noise on top.

    What the scan shows besides its local mean is its noise, with its own spatial correlation: it stays. Where that is
    less than the scan's noise elsewhere (smoothed away, or on the Rician floor), ``grain``, a unit field, makes up for
    the rest; a magnitude image gets it in both channels of the complex signal.

    Args:
        image: intensities of the region, (I, J, K), any units.
        mask: mask of the voxels to move, (I, J, K).
        target: intensities to move the local mean to, (I, J, K), in the image's units.
        tissue: intensities of remote myocardium, blood and noise of the same region.
        across: array axis across slices, 0-2.
        grain: random field of mean 0 and SD 1, (I, J, K).
    """
    mean = local_mean(image, tissue.profile, mask, across)
    kept = float((image - mean)[mask].std()) if mask.any() else 0.0
    missing = float(np.sqrt(max(tissue.noise**2 - kept**2, 0)))
    painted = image + (target - mean) + missing * grain
    if tissue.rician:
        painted = np.hypot(painted, missing * np.roll(grain, 1, axis=(across + 1) % image.ndim))
    return np.where(mask, painted, image)
