"""``claim-aug aha``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli import options as opt


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(aha)


def aha(
    labels: Annotated[Path, typer.Argument(help="Label map (.nii.gz, .nii, .png).")],
    out: Annotated[Path, typer.Argument(help="Where to write the AHA segment map, in the same grid.")],
    image: Annotated[Path | None, typer.Option(help="The scan itself, to find the RV in.")] = None,
    scheme: opt.Scheme = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    anterior_insertion: opt.AnteriorInsertion = None,
    through_plane: opt.ThroughPlane = None,
    base: opt.Base = None,
    winding: opt.Winding = None,
    require_anchor: opt.RequireAnchor = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Write the AHA 17-segment map of a label map, and print its segments and what it is anchored on."""
    import json

    from claim_aug.anatomy import LVAnatomy
    from claim_aug.data.case import check_same_grid
    from claim_aug.data.provenance import plain
    from claim_aug.data.voxels import read_voxels
    from claim_aug.jobs.aha import segment_report, write_segment_map

    known = opt.orientation(anterior_insertion, through_plane, base, winding, require_anchor)
    file = read_voxels(labels)
    if image is not None:
        scan = read_voxels(image)
        check_same_grid(scan, file)
        known["image"] = scan.data
    anatomy = LVAnatomy.from_labels(file.data, scheme or "emidec", affine=file.affine, spacing=file.spacing, **known)
    write_segment_map(file, anatomy, out, overwrite=overwrite)
    report = plain(segment_report(anatomy))
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        print_table(report, out)
        opt.note_doubts(anatomy, scheme)


def print_table(report: dict[str, Any], out: Path) -> None:
    """The report for people."""
    from rich.console import Console
    from rich.table import Table

    table = Table("segment", "name", "voxels", "mL", "g", title="AHA 17 segments")
    for segment, row in report["segments"].items():
        table.add_row(
            segment, row["name"], *("-" if row[key] is None else str(row[key]) for key in ("voxels", "ml", "g"))
        )
    anchor = report["anchor"]
    angle = "unanchored" if anchor["angle_deg"] is None else f"anterior RV insertion at {anchor['angle_deg']} degrees"
    console = Console()
    console.print(table)
    console.print(f"{angle} (source {anchor['source']}, confidence {anchor['confidence']})", soft_wrap=True)
    if not report["apicobasal_known"]:
        console.print(
            "basal, mid and apical are not known: too few slices, or nothing tells base from apex", soft_wrap=True
        )
    console.print(f"written to {out}", markup=False, soft_wrap=True)
