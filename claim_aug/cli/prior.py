"""``claim-aug prior``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import options as opt


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="Mask priors: learn one from a labelled data set.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(fit)
    app.add_typer(group, name="prior", help="Mask priors: learn one from a labelled data set.")


def fit(
    dataset: Annotated[Path, typer.Argument(help="Folder of label maps: EMIDEC's layout, labels/, or flat.")],
    out: Annotated[Path, typer.Argument(help="JSON to write, for --prior smile:OUT.json.")],
    scheme: opt.Scheme = None,
    overwrite: opt.Overwrite = False,
) -> None:
    """Learn size, depth, parts, MVO, segments and territories of the scars of a data set."""
    from rich.console import Console
    from rich.table import Table

    from claim_aug.anatomy import LabelScheme
    from claim_aug.jobs.prior import fit_prior

    distributions, count, skipped = fit_prior(dataset, out, LabelScheme.parse(scheme or "emidec"), overwrite=overwrite)
    sizes = dict(distributions.burden)
    table = Table("measure", "learned", title=f"smile from {opt.counted(count, 'scar')}")
    table.add_row("burden %LV, quartiles", " / ".join(f"{quartile(sizes, share):.1f}" for share in (0.25, 0.5, 0.75)))
    start, gain, spread = distributions.transmurality
    table.add_row("transmurality", f"{start:.2f} + {gain:.4f} per %LV, SD {spread:.2f}")
    table.add_row("one, two, three parts", " / ".join(f"{share:.0%}" for share in distributions.islands))
    table.add_row(
        "MVO", f"in half of the infarcts at {distributions.mvo[1]:.0f} %LV" if distributions.mvo[0] else "none"
    )
    table.add_row(
        "LAD / RCA / LCX",
        " / ".join(f"{share:.0%}" for share in distributions.culprit) if distributions.segments else "clinical",
    )
    console = Console()
    console.print(table)
    if skipped:
        console.print(f"no ventricle could be read from: {', '.join(skipped)}", markup=False, soft_wrap=True)
    console.print(f"written to {out}; use it with --prior smile:{out}", markup=False, soft_wrap=True)


def quartile(sizes: dict[float, float], share: float) -> float:
    """A quantile of a table of quantiles."""
    import numpy as np

    return float(np.interp(share, list(sizes), list(sizes.values())))
