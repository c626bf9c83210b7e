"""Generators: what scar looks like."""

from claim_aug.generators.base import Rendering, RenderJob, ScarGenerator

__all__ = ["RenderJob", "Rendering", "ScarGenerator"]
