"""Files in and out: voxels, cases, staging, provenance."""

from claim_aug.data.pair import Pair

__all__ = ["Pair"]
