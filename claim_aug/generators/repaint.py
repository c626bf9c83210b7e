"""Moving part of a scan to other intensities, with the scan's own noise on top."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.remote import Image
from claim_aug.measures.tissue import Tissue, local_mean, measure


def repaint(
    image: Image, mask: Mask, target: Image, tissue: Tissue, across: int, grain: Image, *, share: Image | float = 1.0
) -> Image:
    """Move the local mean of the masked voxels to ``target`` by ``share``, and keep the scan's own noise on top.

    What the scan shows besides its local mean is its noise, with its own spatial correlation: it stays. Where that is
    less than the scan's noise elsewhere (smoothed away, or on the Rician floor), ``grain``, a unit field, makes up for
    the rest; a magnitude image gets it in both channels of the complex signal.
    """
    mean = local_mean(image, tissue.profile, mask, across)
    kept = float((image - mean)[mask].std()) if mask.any() else 0.0
    missing = float(np.sqrt(max(tissue.noise**2 - kept**2, 0)))
    painted = image + share * (target - mean) + missing * grain
    if tissue.rician:
        painted = np.hypot(painted, missing * np.roll(grain, 1, axis=(across + 1) % image.ndim))
    return np.where(mask, painted, image)


def heal(image: Image, anatomy: LVAnatomy, grain: Image) -> Image:
    """The image with its scar painted as the remote myocardium of the same slice and depth.

    Args:
        image: intensities of the anatomy's region, (I, J, K).
        grain: a unit random field of the same shape.
    """
    tissue = measure(image, anatomy)
    return repaint(image, anatomy.scar, tissue.profile, tissue, anatomy.orientation.through_plane, grain)
