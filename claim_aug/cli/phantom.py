"""``claim-aug phantom``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt


def phantom(
    out: Annotated[Path, typer.Argument(help="Folder for the cases.")],
    count: Annotated[int, opt.output("N", "How many phantoms.", "-n", "--count", min=1, max=10000)] = 5,
    seed: opt.Seed = 0,
    scar: Annotated[
        bool | None, typer.Option("--scar/--no-scar", help="Scar in all phantoms or in none; in half by default.")
    ] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Anatomy and contrast more varied than patients'.")] = False,
    layout: Annotated[str, opt.output("emidec|nnunet", "How the files are laid out.")] = "emidec",
    like: Annotated[
        Path | None, opt.output("DATASET", "Folder of scans; the phantoms have their spacings and sizes.", "--like")
    ] = None,
    overwrite: opt.Overwrite = False,
) -> None:
    """Make LGE stacks from nothing, with labels of LV, RV, infarct and MVO (scheme: phantom)."""
    from claim_aug.jobs.phantoms import make_phantoms

    with console.progress_bar("phantoms", count) as advance:
        make_phantoms(
            out, count, seed, scar=scar, wide=wide, layout=layout, like=like, overwrite=overwrite, advance=advance
        )
    console.print_line(f"{console.counted(count, 'phantom')} written to {out} (label scheme: phantom)")
