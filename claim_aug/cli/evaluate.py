"""``claim-aug evaluate``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt

if TYPE_CHECKING:
    from rich.text import Text

    from claim_aug.evaluation.metric import Evaluation, Metric

COLOURS = {
    "fine": "green",
    "too few to tell": "cyan",
    "look again": "yellow",
    "do not use": "red",
    "not judged": "bright_black",
}


def evaluate(
    synthetic: Annotated[Path, typer.Argument(help="Folder that generate wrote, or any images/ beside labels/.")],
    *,
    real: Annotated[Path | None, opt.scan("DIR", "Labelled real scans to compare with.", "--real")] = None,
    scheme: opt.SyntheticLabels = None,
    real_labels: opt.RealLabels = None,
    validation: Annotated[
        Path | None,
        opt.scan("DIR|FILE", "Patients to validate on: a folder of scans, a splits_final.json, a list of names."),
    ] = None,
    segmenter: Annotated[
        str | None, opt.scan("FOLDER|none", "Segmenter that looks for the scar; the package's by default.")
    ] = None,
    out: Annotated[
        Path | None,
        opt.output("DIR", "Folder for report.html, evaluation.json, datasheet.md and modelcard.md.", "--out"),
    ] = None,
    require: Annotated[
        str | None, opt.output("RULES", 'Exit code 1 unless all hold, such as "auc<0.7,adherence>0.7".')
    ] = None,
    seed: opt.Seed = 0,
    as_json: opt.Json = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Judge a set of synthetic scans: is it worth training on?"""
    from claim_aug.data.provenance import plain
    from claim_aug.evaluation.requirements import parse_requirements, unmet
    from claim_aug.report.evaluation import as_json as ready_for_json
    from claim_aug.report.write import evaluate_and_write

    rules = parse_requirements(require) if require else ()
    with progress_of_stages() as progress:
        found = evaluate_and_write(
            synthetic,
            real,
            out,
            labels=scheme,
            real_labels=real_labels,
            validation=validation,
            segmenter=opt.starting_folder(segmenter),
            seed=seed,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        console.print_json(plain(ready_for_json(found)))
    else:
        print_evaluation(found)
        if out is not None:
            console.print_written(out)
    broken = unmet(rules, found)
    for line in broken:
        console.print_line(f"not met: {line}", "red")
    if broken:
        raise typer.Exit(1)


def print_evaluation(found: Evaluation) -> None:
    """Print verdict, numbers, findings and notes."""
    from rich.console import Console

    from claim_aug.cli.quantify import new_table

    size = ", ".join(f"{found.scans[name]} {name} scans of {found.patients[name]} patients" for name in found.scans)
    table = new_table(console.shown(f"{found.synthetic}: {size}"), "metric", "value", "95 %", "by chance", "verdict")
    for group in dict.fromkeys(metric.group for metric in found.metrics):
        table.add_row(group, style="bold")
        for metric in found.metrics:
            if metric.group == group:
                table.add_row(*row(metric))
    Console().print(table)
    for metric in found.metrics:
        if metric.verdict in ("look again", "do not use"):
            console.print_line(f"- {metric.sentence}")
    for line in found.findings:
        console.print_line(f"found: {line}")
    for line in found.notes:
        console.print_line(f"note: {line}")
    console.print_line(found.sentence)


def row(metric: Metric) -> tuple[str | Text, ...]:
    """One metric as cells of the table."""
    from rich.text import Text

    known = metric.low is not None and metric.high is not None
    return (
        f"  {metric.name}",
        number(metric.value),
        f"{number(metric.low)} to {number(metric.high)}" if known else "",
        "" if metric.chance is None else f"{number(metric.chance[0])} to {number(metric.chance[1])}",
        Text(metric.verdict, style=COLOURS[metric.verdict]),
    )


def number(value: float | None) -> str:
    """Three digits, or ``-`` where it is not known."""
    return "-" if value is None else f"{value:.3g}"


@contextmanager
def progress_of_stages() -> Iterator[Callable[[str, int], Callable[[], None]]]:
    """A bar for each stage, as ``evaluate_folders`` asks for them."""
    with console.new_bar() as bar:

        def stage(name: str, total: int) -> Callable[[], None]:
            task = bar.add_task(name, total=total)
            return lambda: bar.advance(task)

        yield stage
