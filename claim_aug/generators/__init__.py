"""Generators: what scar looks like."""

from claim_aug.generators.base import Rendering, ScarGenerator

__all__ = ["Rendering", "ScarGenerator"]
