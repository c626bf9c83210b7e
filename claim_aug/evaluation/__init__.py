"""Measuring scar and judging synthetic scar."""
