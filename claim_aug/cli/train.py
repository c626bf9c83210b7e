"""``claim-aug train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import options as opt

if TYPE_CHECKING:
    from claim_aug.optimisation.plan import Progress


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(train)


def train(
    dataset: Annotated[Path, typer.Argument(help="Folder of images and label maps: EMIDEC's layout, or paired.")],
    out: Annotated[Path, typer.Argument(help="Folder for the model, for --generator ddpm:OUT or latent:OUT.")],
    generator: Annotated[str, typer.Option(metavar="ddpm|latent", help="What to train.")] = "ddpm",
    scheme: opt.Scheme = None,
    start: Annotated[
        str | None, typer.Option(metavar="shipped|FOLDER", help="Model to start from; for few patients.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 3500,
    batch: Annotated[int, typer.Option(min=1, help="Slices in a batch, over all processes.")] = 16,
    lr: Annotated[float, typer.Option(min=1e-8, max=1, help="Highest learning rate.")] = 1e-3,
    validation: Annotated[float, typer.Option(metavar="0-0.5", help="Share of patients kept apart.")] = 0.1,
    checkpoint_every: Annotated[
        int, typer.Option(min=1, help="Steps between checkpoints, log lines and sample sheets.")
    ] = 250,
    factor: Annotated[int, typer.Option(metavar="2|4", help="latent: pixels of a code's side.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    licence: Annotated[str, typer.Option(help="Licence of the data, for the model's card.")] = "not stated",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the fastest there is where not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start anew instead of going on.")] = False,
) -> None:
    """Train a diffusion generator on labelled scans. Run again after an interruption, it goes on where it was."""
    from rich.console import Console
    from rich.progress import TextColumn

    from claim_aug.anatomy import LabelScheme
    from claim_aug.cli.generate import progress_bar
    from claim_aug.optimisation.plan import Plan
    from claim_aug.training.run import train_generator

    plan = Plan(steps=steps, batch=batch, lr=lr, checkpoint_every=checkpoint_every, seed=seed)
    with progress_bar(TextColumn("loss {task.fields[loss]:.4f}")) as bar:
        done = train_generator(
            dataset,
            out,
            LabelScheme.parse(scheme or "emidec"),
            plan,
            kind=generator,
            factor=factor,
            start=start,
            validation_share=validation,
            licence=licence,
            device=device,
            overwrite=overwrite,
            report=reporter(bar),
        )
    if not done.is_main_process:
        return
    console = Console()
    learnt = f"{opt.counted(done.slices, 'slice')} of {opt.counted(done.patients, 'patient')}"
    console.print(f"trained on {learnt}, {opt.counted(done.validation, 'patient')} kept apart", soft_wrap=True)
    if done.skipped:
        console.print(f"no ventricle could be read from: {', '.join(done.skipped)}", markup=False, soft_wrap=True)
    console.print(f"written to {out}; use it with --generator {generator}:{out}", markup=False, soft_wrap=True)


def reporter(bar: Any) -> Any:
    """What moves the bar: a task for every stage."""
    tasks: dict[str, Any] = {}

    def report(progress: Progress) -> None:
        if progress.stage not in tasks:
            tasks[progress.stage] = bar.add_task(progress.stage, total=progress.steps, loss=progress.loss)
        bar.update(tasks[progress.stage], completed=progress.step, loss=progress.loss)

    return report
