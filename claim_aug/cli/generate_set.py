"""``claim-aug generate`` on a data set: the plan, the run, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from claim_aug.cli import console
from claim_aug.cli.config import current_settings, source_of
from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions
from claim_aug.cli.groups import Orientation
from claim_aug.cli.progress import run_display
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.data.sample_files import Layout
    from claim_aug.jobs.runs.plan import Plan
    from claim_aug.jobs.runs.summary import Summary
    from claim_aug.jobs.runs.work import Executor

#: Exit code of a run that is done but for what could not be used.
SOME_FAILED = 3
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
    from claim_aug.data.output_layouts import find_layout
    from claim_aug.jobs.runs.generate import generate_dataset
    from claim_aug.jobs.runs.job import Shard
    from claim_aug.jobs.runs.plan import plan_run, scheme_of
    from claim_aug.jobs.runs.stop import Stop

    if scar.mask or output.name:
        msg = f"{'--mask' if scar.mask else '--name'} is of one scan: claim-aug generate IMAGE LABELS OUT"
        raise InputError(msg)
    scar = scar.with_prior()
    spelled = None if source_of(context, "scheme") else scheme_of(dataset)
    scar = replace(scar, scheme=spelled or scar.scheme)
    if not source_of(context, "existing"):
        scar = replace(scar, existing=EXISTING)
    parameters, layout = scar.parameters(), find_layout(output.layout)
    synthesizer = scar.synthesizer(parameters)
    shard = None if data.shard is None else Shard.parse(data.shard)
    plan = plan_run(
        dataset,
        synthesizer.labels,
        channel=data.channel,
        only=data.only,
        kind=data.cases,
        look=data.dry_run,
    )
    chosen = {name: getattr(scar, name) for name in ("scheme", "existing", "prior")}
    settings = current_settings(context, {"scan": dataset.resolve(), "labels": None, "out": out.resolve(), **chosen})
    quiet = data.quiet or data.as_json
    if not quiet:
        print_plan(plan, synthesizer.labels, scar.existing, output.count, layout, spelled is not None)
    if data.dry_run:
        console.print_line("dry run: nothing was written")
        return
    command = f"claim-aug generate --config {out.resolve() / 'run.toml'}"
    with (
        Stop(lambda name: tell_stop(name, quiet=data.quiet)) as stop,
        run_display(quiet=data.quiet, as_json=data.as_json) as report,
    ):
        summary = generate_dataset(
            plan,
            synthesizer,
            out,
            layout=layout,
            root=dataset if dataset.is_dir() else dataset.parent,
            per_case=output.count,
            seed=output.seed,
            known=orientation.keywords(),
            request={"seed": output.seed} | scar.request(parameters),
            files=tuple(scar.files()),
            attempts=data.redraws + 1,
            preview=bool(output.preview),
            executor=executor_of(data, scar, quiet=quiet),
            settings=settings,
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
    print_failures(summary)
    if summary.stopped is not None:
        left = summary.total - summary.there - summary.made
        console.print_line(f"stopped with {left} of {summary.total} samples left; go on with: {command}", "yellow")
        raise typer.Exit(128 + summary.stopped)
    if summary.bad_cases or summary.failed:
        raise typer.Exit(SOME_FAILED)


def executor_of(data: DataSetOptions, scar: ScarOptions, *, quiet: bool) -> Executor:
    """The executor that was asked for, with no more workers than the memory has room for.

    Raises:
        InputError: an unknown executor.
    """
    from claim_aug.jobs.runs.processes import Processes
    from claim_aug.jobs.runs.ray import RayCluster
    from claim_aug.jobs.runs.room import NETWORK, PLAIN, fitting_workers
    from claim_aug.jobs.runs.serial import Serial

    name = data.executor or ("processes" if data.workers > 1 else "serial")
    if name == "serial":
        return Serial()
    if name == "ray":
        return RayCluster(data.workers, data.address, data.gpus_per_worker, data.threads)
    if name == "processes":
        network = scar.generator.partition(":")[0] in ("ddpm", "latent")
        workers = fitting_workers(data.workers, NETWORK if network else PLAIN)
        if workers < data.workers and not quiet:
            console.print_line(f"note: {workers} of {data.workers} workers fit into the free memory")
        return Processes(workers, data.threads)
    msg = f"--executor needs to be serial, processes or ray, got {name!r}"
    raise InputError(msg)


def tell_stop(name: str, *, quiet: bool) -> None:
    """Say that the end was asked for."""
    if not quiet:
        console.print_line(f"{name}: the samples in hand are finished first; once more to end at once", "yellow")


def print_plan(plan: Plan, scheme: Any, existing: str, per_case: int, layout: Layout, spelled: bool) -> None:
    """Say how the data set was understood and what is done."""
    cases = len(plan.cases)
    console.print_line(f"layout: {plan.dataset.layout}, {console.counted(cases, 'case')}", None)
    console.print_line(f"labels: {scheme}{' (from dataset.json)' if spelled else ''}")
    if plan.scarred is None:
        what = "cases that have scar already"
    else:
        scarred = sum(case.name in plan.scarred for case in plan.cases)
        what = f"{console.counted(scarred, 'case')} of {cases} with scar already"
    treated = {"keep": "it is kept and added to", "replace": "it is replaced", "refuse": "the case is refused"}
    console.print_line(f"{what}: {treated[existing]} (--existing)")
    if plan.passed_over:
        console.print_line(f"not asked for: {console.counted(plan.passed_over, 'case')}")
    if plan.cases:
        example = layout.files(plan.cases[0], f"{plan.cases[0].name}_scar000").paths[0]
        console.print_line(f"to make: {console.counted(cases * per_case, 'sample')}, such as {example}")


def print_summary(summary: Summary) -> None:
    """Print what became of a run as a table."""
    import numpy as np

    rows = [
        ("samples made", f"{summary.made} in {summary.seconds:.0f} s ({summary.samples_per_second:.2f} per second)")
    ]
    if summary.there:
        rows.append(("there already, and whole", f"{summary.there}"))
    if summary.burdens:
        new, total = np.percentile(np.array(summary.burdens), (25, 50, 75), axis=0).T
        rows += [
            (title, " / ".join(f"{value:.1f}" for value in quartiles))
            for title, quartiles in (("new scar %LV, quartiles", new), ("old and new scar %LV, quartiles", total))
        ]
        names = {"none": "without scar", "keep": "with scar, kept", "replace": "with scar, replaced"}
        rows += [(f"samples of scans {names[kind]}", f"{count}") for kind, count in sorted(summary.treated.items())]
    rows += [(f"drawn again: {reason}", f"{count}") for reason, count in summary.redrawn.most_common()]
    if summary.unanchored:
        rows.append(("cases whose AHA segments are not anchored", f"{len(summary.unanchored)}"))
    if summary.warned:
        name, text = next(iter(summary.warned.items()))
        rows.append(("cases with warnings (see manifest.jsonl)", f"{len(summary.warned)}, such as {name}: {text}"))
    console.print_table("what was made", ("", ""), rows)


def print_failures(summary: Summary) -> None:
    """Name every case that could not be used, and every sample that was not kept, with the reason."""
    for name, reason in {**summary.bad_cases, **summary.failed}.items():
        console.print_line(f"failed: {name}: {reason}", "red")


def ends(summary: Summary) -> Mapping[str, Any]:
    """The summary of a run as the last event."""
    return {
        "made": summary.made,
        "there": summary.there,
        "total": summary.total,
        "seconds": round(summary.seconds, 2),
        "redrawn": dict(summary.redrawn),
        "bad_cases": summary.bad_cases,
        "failed": summary.failed,
        "stopped": summary.stopped,
    }
