"""``claim-aug aha``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.groups import Orientation


def aha(
    labels: Annotated[Path, typer.Argument(help="Label map (.nii.gz, .nii, .png).")],
    out: Annotated[Path, typer.Argument(help="Where to write the AHA segment map, in the same grid.")],
    *,
    image: Annotated[Path | None, opt.scan("FILE", "The scan itself, to find the RV in.")] = None,
    scheme: opt.Scheme = opt.SCHEME,
    orientation: Orientation,
    as_json: opt.Json = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Write the AHA 17-segment map of a label map, and print its segments and how it is anchored."""
    from claim_aug.anatomy import LVAnatomy
    from claim_aug.data.case import check_same_grid
    from claim_aug.data.provenance import plain
    from claim_aug.data.voxels import read_voxels
    from claim_aug.jobs.aha import segment_report, write_segment_map

    known, file = orientation.keywords(), read_voxels(labels, labels=True)
    if image is not None:
        scan = read_voxels(image)
        check_same_grid(scan, file)
        known["image"] = scan.data
    anatomy = LVAnatomy.from_labels(file.data, scheme, affine=file.affine, spacing=file.spacing, **known)
    write_segment_map(file, anatomy, out, overwrite=overwrite)
    report = plain(segment_report(anatomy))
    if as_json:
        console.print_json(report)
    else:
        print_report(report)
        console.print_written(out)
        console.print_checks(anatomy, scheme)


def print_report(report: dict[str, Any]) -> None:
    """Print the report for people."""
    rows = [
        (segment, row["name"], *("-" if row[key] is None else str(row[key]) for key in ("voxels", "ml", "g")))
        for segment, row in report["segments"].items()
    ]
    console.print_table("AHA 17 segments", ("segment", "name", "voxels", "mL", "g"), rows)
    console.print_anchor(report["anchor"])
    if not report["apicobasal_known"]:
        console.print_line("basal, mid and apical are not known: too few slices, or nothing tells base from apex")
