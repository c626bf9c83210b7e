"""The AHA segment map of a case as a file and as a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claim_aug._version import __version__
from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import NAMES
from claim_aug.anatomy.lv import MYOCARDIAL_DENSITY
from claim_aug.data.provenance import describe
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.data.voxels import VoxelFile
from claim_aug.errors import InputError


def segment_report(anatomy: LVAnatomy) -> dict[str, Any]:
    """Anchor, orientation, and voxels, mL and grams of each segment; ready for JSON."""
    millilitres = anatomy.voxel_ml
    segments = {
        str(segment): {
            "name": NAMES[segment],
            "voxels": count,
            "ml": None if millilitres is None else round(count * millilitres, 3),
            "g": None if millilitres is None else round(count * millilitres * MYOCARDIAL_DENSITY, 3),
        }
        for segment, count in anatomy.segment_voxels().items()
    }
    return describe(anatomy) | {"segments": segments}


def write_segment_map(file: VoxelFile, anatomy: LVAnatomy, out: Path, *, overwrite: bool = False) -> None:
    """Write the segments (1-17, 0 elsewhere) with the geometry and dtype of the label file.

    Raises:
        InputError: ``out`` is of another kind than the label file.
        OutputError: it exists, or cannot be written.
    """
    if not out.name.lower().endswith(file.suffix):
        msg = f"{out} needs to end in {file.suffix}, as {file.path.name} is of that kind"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(out.parent, [out.name])
    segments = anatomy.on_grid(anatomy.segment).reshape(file.data.shape)
    with staged(out.parent) as stage:
        file.write(stage / out.name, segments.astype(file.data.dtype), f"AHA 17 segments by claim-aug {__version__}")
