"""Pictures for people: bull's-eye and preview; and what a display of your own needs."""

from claim_aug.plots.short_axis import Layout, display_limits, find_layout, slice_title

__all__ = ["Layout", "display_limits", "find_layout", "slice_title"]
