"""``claim-aug bank``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import options as opt


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="Banks of real scar texture for --generator transplant.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(build)
    app.add_typer(group, name="bank", help="Banks of real scar texture for --generator transplant.")


def build(
    dataset: Annotated[Path, typer.Argument(help="Folder of images and label maps: EMIDEC's layout, or paired.")],
    out: Annotated[Path, typer.Argument(help="File to write, .safetensors, for --generator transplant:OUT.")],
    scheme: opt.Scheme = None,
    overwrite: opt.Overwrite = False,
) -> None:
    """Take the texture of the labelled scars of a data set."""
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from claim_aug.anatomy import LabelScheme
    from claim_aug.jobs.bank import build_bank

    bank, skipped = build_bank(dataset, out, LabelScheme.parse(scheme or "emidec"), overwrite=overwrite)
    table = Table("bank", "", title=f"textures of {opt.counted(bank.donors.size, 'scar')}")
    table.add_row("patches of infarct / MVO", f"{(~bank.mvo).sum()} / {bank.mvo.sum()}")
    quartiles = np.percentile([bank.level(int(donor)) for donor in bank.donors], (25, 50, 75))
    table.add_row("brightness, quartiles (remote 0, blood 1)", " / ".join(f"{level:.2f}" for level in quartiles))
    table.add_row("size", f"{out.stat().st_size / 1e6:.2f} MB")
    console = Console()
    console.print(table)
    if skipped:
        console.print(f"no ventricle could be read from: {', '.join(skipped)}", markup=False, soft_wrap=True)
    console.print(f"written to {out}; use it with --generator transplant:{out}", markup=False, soft_wrap=True)
