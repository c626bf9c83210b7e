"""``claim-aug finetune``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt


def finetune(
    dataset: opt.Dataset,
    out: Annotated[Path, typer.Argument(help="Folder for the segmenter.")],
    scheme: opt.Scheme = opt.SCHEME,
    start: opt.Start = None,
    own_scars: Annotated[
        int,
        typer.Option(
            metavar="NUMBER", help="Scars made in each of your healthy scans to learn from first; 0 for none."
        ),
    ] = 0,
    false_scar: Annotated[
        float,
        typer.Option(metavar="%LV", help="Scar in patients without any that is put up with; it sets the caution."),
    ] = 1.0,
    seed: opt.Seed = 0,
    licence: Annotated[str, typer.Option(help="Licence of the data, for the card.")] = "not stated",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the fastest there is where not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Start anew instead of going on.")] = False,
) -> None:
    """Tune a segmenter on your patients, from a start that saw none; run again after an interruption, it goes on."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.jobs.finetune import finetune as tune
    from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL

    with console.progress_reporter() as report:
        done = tune(
            dataset,
            out,
            LabelScheme.parse(scheme),
            start=opt.starting_folder(start),
            own_scars=own_scars,
            false_scar=false_scar,
            seed=seed,
            licence=licence,
            device=device,
            overwrite=overwrite,
            report=report,
        )
    course = done.choice.course
    console.print_line(f"learnt from {console.counted(done.patients, 'patient')}, {done.scarred} of them with scar")
    if done.own:
        console.print_line(f"scar was made in the scans of {console.counted(done.own, 'healthy patient')} first")
    console.print_line(
        f"chosen on inner folds: {course.steps} steps to {course.lr:g}, weights {course.average:.0%} of the start"
    )
    cautions = {ANYWHERE: done.segmenter.caution, WITHIN_WALL: done.segmenter.wall_caution}
    for where, caution in cautions.items():
        curve = done.choice.curves[where]
        print_reached(where, curve.dice_at(caution), curve.false_scar_at(caution), caution)
    console.print_skipped(done.skipped)
    console.print_written(out, f"claim-aug segment SCAN OUT --model {out}")


def print_reached(where: str, dice: float, false_scar: float, caution: float) -> None:
    """Say what was reached on patients that were not learnt from."""
    if false_scar != false_scar:
        reached = "no patient is without scar, so the caution stays 1 and false scar is not known"
    else:
        reached = f"false scar {false_scar:.2f} %LV at caution {caution:.3f}"
    console.print_line(f"scar {where}, on patients kept apart: Dice {dice:.3f}, {reached}")
