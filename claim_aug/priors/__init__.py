"""Mask priors: where scar goes; and what a prior of your own needs to read its parameters."""

from claim_aug.priors.base import MaskPrior, ScarMask
from claim_aug.priors.places import territory_segments
from claim_aug.priors.ranges import Range, check_range, check_segments, draw
from claim_aug.priors.territories import TERRITORIES

__all__ = [
    "TERRITORIES",
    "MaskPrior",
    "Range",
    "ScarMask",
    "check_range",
    "check_segments",
    "draw",
    "territory_segments",
]
