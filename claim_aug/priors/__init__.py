"""Mask priors: where scar goes."""

from claim_aug.priors.base import MaskPrior, ScarMask

__all__ = ["MaskPrior", "ScarMask"]
