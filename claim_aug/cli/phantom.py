"""``claim-aug phantom``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt


def phantom(
    out: Annotated[Path, typer.Argument(help="Folder for the cases, in EMIDEC's layout.")],
    count: Annotated[int, opt.output("N", "How many phantoms.", "-n", "--count", min=1, max=10000)] = 5,
    seed: opt.Seed = 0,
    scar: Annotated[
        bool | None, typer.Option("--scar/--no-scar", help="Scar in all phantoms or in none; in half by default.")
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="Anatomy and contrast more varied than patients', cropped to the heart.")
    ] = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Make LGE stacks from nothing, with labels of LV, RV, infarct and MVO (scheme: phantom)."""
    import numpy as np

    from claim_aug.data.staging import refuse_existing, staged
    from claim_aug.phantom import make_phantom, wide_phantom, write_emidec

    make = wide_phantom if wide else make_phantom
    names = [f"Case_{index:03d}" for index in range(count)]
    if not overwrite:
        refuse_existing(out, names)
    with staged(out) as stage, console.progress_bar("phantoms", count) as advance:
        for index, name in enumerate(names):
            own_seed = int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
            write_emidec(make(own_seed, scar=scar), stage, name)
            advance()
    console.print_line(f"{console.counted(count, 'phantom')} written to {out} (label scheme: phantom)")
