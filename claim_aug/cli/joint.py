"""``claim-aug joint-train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError


def joint_train(
    dataset: opt.Dataset,
    out: Annotated[Path, typer.Argument(help="Folder for generator and segmenter.")],
    scheme: opt.Scheme = opt.SCHEME,
    model: Annotated[Path | None, typer.Option(help="Generator to start from; the package's where not given.")] = None,
    start: opt.Start = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 1000,
    batch: Annotated[int, typer.Option(min=1, help="Slices in a batch.")] = 8,
    lr: Annotated[float, typer.Option(min=1e-8, max=1, help="Highest learning rate of the segmenter.")] = 1e-3,
    generator_lr: Annotated[
        float, typer.Option(min=1e-8, max=1, help="Highest learning rate of the generator.")
    ] = 1e-5,
    alone: Annotated[int, typer.Option(min=0, help="Steps at the start in which the segmenter learns alone.")] = 200,
    weight: Annotated[float, typer.Option(min=0, help="Factor of the segmenter's loss in the generator's loss.")] = 1.0,
    objective: Annotated[
        str,
        typer.Option(
            metavar="agree|challenge|improve",
            help="Scars that the segmenter finds, or misses, or from which it learns to segment other patients.",
        ),
    ] = "agree",
    steering: Annotated[
        float,
        typer.Option(metavar="0-0.5", help="Share of patients that steer the generator with --objective improve."),
    ] = 0.3,
    floor: Annotated[
        float, typer.Option(metavar="0-1", help="Share of infarct that stays visible with --objective challenge.")
    ] = 0.7,
    grad_steps: Annotated[
        int,
        typer.Option(
            min=0, help="Last steps of the sampler that the gradient goes through; 0 for a one-step estimate."
        ),
    ] = 0,
    share: Annotated[float, typer.Option(metavar="0-1", help="Share of slices that get a new scar.")] = 0.5,
    burden: Annotated[
        str | None, typer.Option(metavar="%LV", help="Range of scar size in percent of LV mass: 5,30.")
    ] = None,
    first_burden: Annotated[
        str | None, typer.Option(metavar="%LV", help="Range of scar size at the start; it moves to that of --burden.")
    ] = None,
    drop_unfound: Annotated[
        bool, typer.Option("--drop-unfound", help="Leave a slice real where its scar is not found at all.")
    ] = False,
    validation: Annotated[float, typer.Option(metavar="0-0.5", help="Share of patients kept for validation.")] = 0.1,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints and log lines.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same networks.")] = 0,
    licence: Annotated[str, typer.Option(help="Licence of the data, for the generator's card.")] = "not stated",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the fastest there is where not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start anew instead of going on.")] = False,
) -> None:
    """Train a generator and a segmenter together; run again after an interruption, it goes on where it was."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.joint.recipe import JointPlan
    from claim_aug.joint.run import train_jointly
    from claim_aug.joint.settings import JointSettings
    from claim_aug.optimisation.plan import Plan

    last, first = burden_range("burden", burden), burden_range("first-burden", first_burden)
    if first is not None and last is None:
        msg = "--first-burden needs --burden, the range that it moves to, such as --first-burden 15,30 --burden 2,30"
        raise InputError(msg)
    plan = JointPlan(
        Plan(steps=steps, batch=batch, lr=lr, checkpoint_every=checkpoint_every, seed=seed),
        generator_lr=generator_lr,
        alone=alone,
        settings=JointSettings(weight, objective, floor, grad_steps, drop_unfound, share),
        first=first,
        last=last,
        steering=steering,
    )
    with console.progress_reporter() as report:
        done = train_jointly(
            dataset,
            out,
            LabelScheme.parse(scheme),
            plan,
            model=model,
            start=opt.starting_folder(start),
            validation_share=validation,
            licence=licence,
            device=device,
            overwrite=overwrite,
            report=report,
        )
    learnt = f"{console.counted(done.windows, 'slice')} of {console.counted(done.patients, 'patient')}"
    console.print_line(f"trained on {learnt}, {console.counted(done.validation, 'patient')} kept apart")
    if done.dice is not None:
        console.print_line(f"Dice of scar on patients kept apart: {done.dice:.3f}")
    console.print_skipped(done.skipped)
    console.print_written(out, f"--generator {done.kind}:{out}/generator")


def burden_range(name: str, text: str | None) -> tuple[float, float] | None:
    """Lowest and highest burden of a text such as ``"5,30"``, %LV; ``None`` where none is given."""
    given = opt.parse_numbers(name, text, "a range such as 5,30")
    if given is None:
        return None
    if len(given) != 2:
        msg = f"--{name} needs a range such as 5,30, got {text!r}"
        raise InputError(msg)
    return given[0], given[1]
