"""``claim-aug train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt


def train(
    dataset: opt.Dataset,
    out: Annotated[Path, typer.Argument(help="Folder for the model, for --generator ddpm:OUT or latent:OUT.")],
    generator: Annotated[str, typer.Option(metavar="ddpm|latent", help="What to train.")] = "ddpm",
    scheme: opt.Scheme = opt.SCHEME,
    start: Annotated[
        str | None, typer.Option(metavar="shipped|FOLDER", help="Model to start from; for few patients.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 3500,
    batch: Annotated[int, typer.Option(min=1, help="Slices in a batch, over all processes.")] = 16,
    lr: Annotated[float, typer.Option(min=1e-8, max=1, help="Highest learning rate.")] = 1e-3,
    validation: Annotated[float, typer.Option(metavar="0-0.5", help="Share of patients kept for validation.")] = 0.1,
    checkpoint_every: Annotated[
        int, typer.Option(min=1, help="Steps between checkpoints, log lines and sample sheets.")
    ] = 250,
    factor: Annotated[int, typer.Option(metavar="2|4", help="Pixels along a side of one code (latent).")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    licence: Annotated[str, typer.Option(help="Licence of the data, for the model's card.")] = "not stated",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the fastest there is where not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start anew instead of going on.")] = False,
) -> None:
    """Train a diffusion generator on labelled scans; run again after an interruption, it goes on where it was."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.optimisation.plan import Plan
    from claim_aug.training.run import train_generator

    plan = Plan(steps=steps, batch=batch, lr=lr, checkpoint_every=checkpoint_every, seed=seed)
    with console.progress_reporter() as report:
        done = train_generator(
            dataset,
            out,
            LabelScheme.parse(scheme),
            plan,
            kind=generator,
            factor=factor,
            start=start,
            validation_share=validation,
            licence=licence,
            device=device,
            overwrite=overwrite,
            report=report,
        )
    if not done.is_main_process:
        return
    learnt = f"{console.counted(done.slices, 'slice')} of {console.counted(done.patients, 'patient')}"
    console.print_line(f"trained on {learnt}, {console.counted(done.validation, 'patient')} kept apart")
    console.print_skipped(done.skipped)
    console.print_written(out, f"--generator {generator}:{out}")
