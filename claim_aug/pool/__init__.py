"""Scars made beforehand, drawn in about a millisecond: ``ScarPool``."""

from claim_aug.pool.pool import ScarPool

__all__ = ["ScarPool"]
