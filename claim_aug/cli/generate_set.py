"""``claim-aug generate`` on a data set: the plan, the run, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from claim_aug.cli import console
from claim_aug.cli.config import current_settings, source_of
from claim_aug.cli.executors import executor_of
from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions
from claim_aug.cli.generate_report import ends, print_plan, print_summary, tell_stop
from claim_aug.cli.generate_request import requested
from claim_aug.cli.groups import Orientation
from claim_aug.cli.progress import run_display
from claim_aug.errors import InputError

if TYPE_CHECKING:
    pass

#: What becomes of scar that a case of a data set has, where nothing is asked for: kept scar and new scar together are
#: larger than any patient's (median 41 %LV in EMIDEC), and a case without scar is not touched by it.
EXISTING = "replace"


def generate_set(
    context: typer.Context,
    dataset: Path,
    out: Path,
    scar: ScarOptions,
    orientation: Orientation,
    output: OutputOptions,
    data: DataSetOptions,
) -> None:
    """Plan and carry out a run, and say what became of it; ends with exit code 3 where something failed."""
    from claim_aug.jobs.runs.generate import generate_dataset
    from claim_aug.jobs.runs.job import Shard
    from claim_aug.jobs.runs.stop import Stop

    if scar.mask or output.name:
        msg = f"{'--mask' if scar.mask else '--name'} is of one scan: claim-aug generate IMAGE LABELS OUT"
        raise InputError(msg)
    if not source_of(context, "existing"):
        scar = replace(scar, existing=EXISTING)
    shard = None if data.shard is None else Shard.parse(data.shard)
    asked = requested(dataset, scar, output, data, scheme_given=source_of(context, "scheme") is not None)
    quiet = data.quiet or data.as_json
    if not quiet:
        print_plan(asked, output.count)
    if data.dry_run:
        console.print_line("dry run: nothing was written")
        return
    chosen = {name: getattr(asked.scar, name) for name in ("scheme", "existing", "prior")}
    command = f"claim-aug generate --config {out.resolve() / 'run.toml'}"
    with (
        Stop(lambda name: tell_stop(name, quiet=data.quiet)) as stop,
        run_display(quiet=data.quiet, as_json=data.as_json) as report,
    ):
        summary = generate_dataset(
            asked.plan,
            asked.synthesizer,
            out,
            **asked.keywords(output.seed),
            per_case=output.count,
            seed=output.seed,
            known=orientation.keywords(),
            attempts=data.redraws + 1,
            preview=bool(output.preview),
            executor=executor_of(data, scar.generator, quiet=quiet),
            settings=current_settings(
                context, {"scan": dataset.resolve(), "labels": None, "out": out.resolve(), **chosen}
            ),
            command=command,
            shard=shard,
            stop=stop,
            fail_fast=data.fail_fast,
            overwrite=output.overwrite,
            report=report,
        )
    if data.as_json:
        console.print_line(json.dumps({"event": "end", **ends(summary)}))
    elif not data.quiet:
        print_summary(summary)
        console.print_written(out)
    failures = {**summary.bad_cases, **summary.failed}
    if summary.stopped is not None and not summary.complete:
        left = summary.total - summary.there - summary.made
        console.print_failures(failures)
        console.print_line(f"stopped with {left} of {summary.total} samples left; go on with: {command}", "yellow")
        raise typer.Exit(128 + summary.stopped)
    console.end_with_failures(failures)
