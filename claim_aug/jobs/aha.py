"""The AHA segment map of a case as a file and as a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claim_aug._version import __version__
from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import NAMES, SEGMENTS
from claim_aug.data.provenance import describe
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.data.voxels import VoxelFile
from claim_aug.errors import InputError
from claim_aug.jobs.quantify import size_row
from claim_aug.measures.quantification import Amount


def segment_report(anatomy: LVAnatomy) -> dict[str, Any]:
    """Anchor, orientation, and voxels, mL and grams of each segment; ready for JSON."""
    segments = {
        str(segment): {"name": NAMES[segment], **size_row(Amount.from_mask(anatomy.segment == segment, anatomy))}
        for segment in SEGMENTS
    }
    return describe(anatomy) | {"segments": segments}


def write_segment_map(file: VoxelFile, anatomy: LVAnatomy, out: Path, *, overwrite: bool = False) -> None:
    """Write the segments (1-17, 0 elsewhere) with the geometry and dtype of the label file.

    Raises:
        InputError: an ``out`` of another kind than the label file.
        OutputError: an ``out`` that exists or cannot be written.
    """
    if not out.name.lower().endswith(file.suffix):
        msg = f"{out} needs to end in {file.suffix}, as {file.path.name} is of that kind"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(out.parent, [out.name])
    segments = anatomy.on_grid(anatomy.segment).reshape(file.data.shape)
    with staged(out.parent, name=out.name) as stage:
        file.write(stage / out.name, segments.astype(file.data.dtype), f"AHA 17 segments by claim-aug {__version__}")
