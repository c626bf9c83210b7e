"""``claim-aug bullseye``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.groups import Orientation
from claim_aug.errors import InputError


def bullseye(
    labels: Annotated[list[Path], typer.Argument(help="Label maps (.nii.gz, .nii, .png), or folders of them.")],
    out: Annotated[Path, typer.Argument(help="Where to write the picture (.png).")],
    *,
    image: Annotated[Path | None, opt.scan("FILE", "The scan of a single label map, to find the RV in.")] = None,
    scheme: opt.Scheme = opt.SCHEME,
    orientation: Orientation,
    show: Annotated[str, opt.output("burden|transmurality|counts|mvo", "What to show per AHA segment.")] = "burden",
    fail_fast: opt.FailFast = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Plot the AHA bull's-eye of the scar in one label map, or of a set of them."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.data.dataset import Skipped
    from claim_aug.jobs.bullseye import write_bullseye

    known, parsed = orientation.keywords(), LabelScheme.parse(scheme)
    skipped = write_bullseye(
        labels,
        out,
        parsed,
        image=image,
        show=show,
        known=known,
        overwrite=overwrite,
        skipped=Skipped(() if fail_fast else InputError),
    )
    console.print_written(out)
    console.end_with_failures(skipped.reasons)
