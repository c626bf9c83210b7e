"""Files in and out: voxels, cases, staging, provenance.

A case, its files and layouts are imported when first used, as they need NIfTI's library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from claim_aug.data.pair import Pair

if TYPE_CHECKING:
    from claim_aug.data.case import Case
    from claim_aug.data.regrid import read_mask_onto
    from claim_aug.data.sample_files import OutputLayout, SampleFiles
    from claim_aug.data.voxels import VoxelFile

_HOMES = {
    "Case": "claim_aug.data.case",
    "OutputLayout": "claim_aug.data.sample_files",
    "SampleFiles": "claim_aug.data.sample_files",
    "VoxelFile": "claim_aug.data.voxels",
    "read_mask_onto": "claim_aug.data.regrid",
}

__all__ = ["Case", "OutputLayout", "Pair", "SampleFiles", "VoxelFile", "read_mask_onto"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'claim_aug.data' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(_HOMES[name]), name)
