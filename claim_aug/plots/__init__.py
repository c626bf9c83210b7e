"""Pictures for people: bull's-eye and preview; and what a display of your own needs."""

from claim_aug.plots.short_axis import DisplayLayout, display_limits, find_display_layout, slice_title

__all__ = ["DisplayLayout", "display_limits", "find_display_layout", "slice_title"]
