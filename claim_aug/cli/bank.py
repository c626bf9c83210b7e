"""``claim-aug bank``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError


def build(
    dataset: opt.Dataset,
    out: Annotated[Path, typer.Argument(help="File to write, .safetensors, for --generator transplant:OUT.")],
    scheme: opt.Scheme = opt.SCHEME,
    channel: opt.Channel = None,
    fail_fast: opt.FailFast = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Collect the texture of the labelled scars of a data set in a file."""
    import numpy as np

    from claim_aug.anatomy import LabelScheme
    from claim_aug.data.dataset import Skipped
    from claim_aug.jobs.bank import build_bank

    bank, skipped = build_bank(
        dataset,
        out,
        LabelScheme.parse(scheme),
        channel=channel,
        overwrite=overwrite,
        skipped=Skipped(() if fail_fast else InputError),
    )
    quartiles = np.percentile([bank.intensity(int(patient)) for patient in bank.source_patients], (25, 50, 75))
    rows = (
        ("patches of infarct / MVO", f"{(~bank.mvo).sum()} / {bank.mvo.sum()}"),
        ("brightness, quartiles (remote 0, blood 1)", " / ".join(f"{level:.2f}" for level in quartiles)),
        ("size", f"{out.stat().st_size / 1e6:.2f} MB"),
    )
    console.print_table(f"textures of {console.counted(bank.source_patients.size, 'scar')}", ("bank", ""), rows)
    console.print_written(out, f"--generator transplant:{out}")
    console.end_with_failures(skipped.reasons)
