"""``claim-aug prior``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError


def fit(
    dataset: Annotated[Path, typer.Argument(help="Folder with label maps: itself, labels/, or EMIDEC's layout.")],
    out: Annotated[Path, typer.Argument(help="JSON to write, for --prior smile:OUT.json.")],
    scheme: opt.Scheme = opt.SCHEME,
    fail_fast: opt.FailFast = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Learn size, depth, parts, MVO, segments and territories of the scars of a data set."""
    import numpy as np

    from claim_aug.anatomy import LabelScheme
    from claim_aug.data.dataset import Skipped
    from claim_aug.jobs.prior import fit_prior

    learned, count, skipped = fit_prior(
        dataset,
        out,
        LabelScheme.parse(scheme),
        overwrite=overwrite,
        skipped=Skipped(() if fail_fast else InputError),
    )
    quartiles = np.interp((0.25, 0.5, 0.75), *np.transpose(learned.burden))
    start, gain, spread = learned.transmurality
    rows = (
        ("burden %LV, quartiles", " / ".join(f"{size:.1f}" for size in quartiles)),
        ("transmurality", f"{start:.2f} + {gain:.4f} per %LV, SD {spread:.2f}"),
        ("one, two, three parts", " / ".join(f"{share:.0%}" for share in learned.islands)),
        ("MVO", f"in half of the infarcts at {learned.mvo[1]:.0f} %LV" if learned.mvo[0] else "none"),
        (
            "LAD / RCA / LCX",
            " / ".join(f"{share:.0%}" for share in learned.culprit) if learned.segments else "clinical",
        ),
    )
    console.print_table(f"smile from {console.counted(count, 'scar')}", ("measure", "learned"), rows)
    console.print_written(out, f"--prior smile:{out}")
    console.end_with_failures(skipped.reasons)
