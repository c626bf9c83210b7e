"""``claim-aug bullseye``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import options as opt


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(bullseye)


def bullseye(
    labels: Annotated[list[Path], typer.Argument(help="Label maps (.nii.gz, .nii, .png), or folders of them.")],
    out: Annotated[Path, typer.Argument(help="Where to write the picture (.png).")],
    image: Annotated[
        Path | None, typer.Option(help="The scan of a single label map, to find the RV in; of a folder it is found.")
    ] = None,
    scheme: opt.Scheme = None,
    show: Annotated[
        str, typer.Option(metavar="burden|transmurality|counts|mvo", help="What to show per AHA segment.")
    ] = "burden",
    anterior_insertion: opt.AnteriorInsertion = None,
    through_plane: opt.ThroughPlane = None,
    base: opt.Base = None,
    winding: opt.Winding = None,
    require_anchor: opt.RequireAnchor = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Draw the AHA bull's-eye of the scar in one label map, or of a set of them."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.jobs.bullseye import write_bullseye

    known = opt.orientation(anterior_insertion, through_plane, base, winding, require_anchor)
    parsed = LabelScheme.parse(scheme or "emidec")
    write_bullseye(labels, out, parsed, image=image, show=show, known=known, overwrite=overwrite)
    typer.echo(f"written to {out}")
