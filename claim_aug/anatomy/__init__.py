"""The left ventricle: labels, orientation, wall coordinates, anchor and AHA segments."""

from claim_aug.anatomy.anchor import Anchor
from claim_aug.anatomy.labels import SCHEMES, LabelScheme, Mask
from claim_aug.anatomy.lv import LVAnatomy
from claim_aug.anatomy.orientation import Orientation

__all__ = ["SCHEMES", "Anchor", "LVAnatomy", "LabelScheme", "Mask", "Orientation"]
