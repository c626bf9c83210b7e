"""Measuring scar and judging synthetic scar."""

from claim_aug.evaluation.metrics import Definition
from claim_aug.evaluation.scan_scar import ScanScar

__all__ = ["Definition", "ScanScar"]
