"""``claim-aug pool``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import options as opt


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="Scars made beforehand, for transforms with pool=.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command()(build)
    app.add_typer(group, name="pool", help="Scars made beforehand, for transforms with pool=.")


def build(
    dataset: Annotated[Path, typer.Argument(help="Folder of images and label maps: EMIDEC's layout, or paired.")],
    out: Annotated[Path, typer.Argument(help="Folder to write, one file per case, for pool=OUT.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10000, help="How many scars per case.")] = 32,
    prior: opt.Prior = "smile",
    generator: opt.Generator = "ddpm",
    seed: opt.Seed = 0,
    scheme: opt.Scheme = None,
    existing: opt.Existing = "keep",
    setting: opt.Setting = None,
    overwrite: opt.Overwrite = False,
) -> None:
    """Make many scars for every scan of a data set, to be drawn while training."""
    from rich.console import Console

    from claim_aug.cli.generate import progress_bar, settings
    from claim_aug.data.dataset import find_cases
    from claim_aug.jobs.pool import build_pool
    from claim_aug.synthesizer import ScarSynthesizer

    parameters = settings(setting or [])
    synthesizer = ScarSynthesizer(prior, generator, labels=scheme or "emidec", existing=existing, **parameters)
    request = {"prior": prior, "generator": generator, "existing": existing, **parameters}
    with progress_bar() as progress:
        task = progress.add_task(str(dataset), total=count * len(find_cases(dataset)))
        written, skipped = build_pool(
            dataset,
            out,
            synthesizer,
            count=count,
            seed=seed,
            request=request,
            overwrite=overwrite,
            advance=lambda: progress.advance(task),
        )
    console = Console()
    if skipped:
        console.print(f"no ventricle could be read from: {', '.join(skipped)}", markup=False, soft_wrap=True)
    cases = opt.counted(len(written), "case")
    console.print(f"{opt.counted(count, 'scar')} of each of {cases} written to {out}", markup=False, soft_wrap=True)
