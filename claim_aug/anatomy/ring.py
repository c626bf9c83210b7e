"""Whether what is taken for a wall lies around what is taken for a cavity; with the wrong label scheme it may not."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from claim_aug.anatomy.lv import LVAnatomy

#: Real cavities fill their wall's ring (1.0 in 71 EMIDEC cases); an RV taken for the LV is outside of any (0.0).
FITTING = 0.5


def ring_fit(anatomy: LVAnatomy) -> float:
    """Overlap of the cavity and what the wall encloses in the slice where it is best: intersection over union, 0-1."""
    across = anatomy.orientation.through_plane
    fits = [0.0]
    for cavity, wall in zip(*(np.moveaxis(mask, across, 0) for mask in (anatomy.cavity, anatomy.wall)), strict=True):
        inside = ndimage.binary_fill_holes(wall) & ~wall
        either = (inside | cavity).sum()
        fits.append(float((inside & cavity).sum() / either) if either else 0.0)
    return max(fits)
