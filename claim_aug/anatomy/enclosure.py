"""Whether what is taken for a wall lies around what is taken for a cavity; with the wrong label scheme it may not."""

from __future__ import annotations

from claim_aug.anatomy.lv import LVAnatomy
from claim_aug.anatomy.orientation import rings

#: Real cavities fill their wall's ring (1.0 in 71 EMIDEC cases); an RV taken for the LV is outside of any (0.0).
FITTING = 0.5


def cavity_enclosure(anatomy: LVAnatomy) -> float:
    """Overlap of the cavity and what the wall encloses in the slice where it is best: intersection over union, 0-1."""
    slices = rings(anatomy.cavity, anatomy.wall, anatomy.orientation.through_plane)
    return max(float((inside & cavity).sum() / (inside | cavity).sum()) for cavity, inside in slices)
