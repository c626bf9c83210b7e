"""Files in and out: voxels, cases, staging, provenance."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from claim_aug.data.pair import Pair

if TYPE_CHECKING:
    from claim_aug.data.sample_files import OutputLayout, SampleFiles

__all__ = ["OutputLayout", "Pair", "SampleFiles"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        msg = f"module 'claim_aug.data' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module("claim_aug.data.sample_files"), name)  # it imports what reads voxels
