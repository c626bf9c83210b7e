"""What the commands print: lines, tables, reports of a run, and progress."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from claim_aug.anatomy import LabelScheme, LVAnatomy
    from claim_aug.optimisation.plan import Progress


#: Exit code of a command that is done but for what could not be used.
SOME_FAILED = 3
#: Unicode's categories of control characters, of invisible ones such as those that turn the direction of writing, of
#: halves of pairs (a name that is not UTF-8), and of ends of lines and paragraphs.
STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def print_line(line: str, colour: str | None = None) -> None:
    """Print one line, whatever its length: a result on stdout, a coloured error or warning on stderr."""
    typer.secho(shown(" ".join(line.split()) if colour else line), fg=colour, err=colour is not None)


def print_progress(line: str) -> None:
    """Print a line about work that goes on to stderr, as stdout is for results."""
    typer.secho(shown(line), err=True)


def shown(text: str) -> str:
    """The text with characters escaped that would steer a terminal; names of files and cards may hold any."""
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter) not in STEERING else repr(letter)[1:-1]
        for letter in text
    )


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table whose cells are shown as they are, brackets included."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=Text(shown(title)), show_header=any(columns))
    for row in rows:
        table.add_row(*(Text(shown(cell)) if isinstance(cell, str) else cell for cell in row))
    Console().print(table)


def print_json(report: Any) -> None:
    """Print a report as indented JSON."""
    import json

    print_line(json.dumps(report, indent=2))


def end_with_failures(reasons: Mapping[str, str]) -> None:
    """Name every case that could not be used, and end with exit code 3 where there is one."""
    print_failures(reasons)
    if reasons:
        raise typer.Exit(SOME_FAILED)


def print_failures(reasons: Mapping[str, str]) -> None:
    """Name every case that could not be used, and every sample that was not kept, with the reason."""
    for name, reason in reasons.items():
        print_line(f"failed: {name}: {reason}", "red")


def print_skipped(cases: Sequence[str]) -> None:
    """Name the cases that were left out, if there are any."""
    if cases:
        print_line(f"no ventricle could be read from: {', '.join(cases)}")


def print_written(out: Path, use: str = "") -> None:
    """Say where the result is, and the option that takes it."""
    print_line(f"written to {out}; use it with {use}" if use else f"written to {out}")


def print_anchor(anchor: dict[str, Any]) -> None:
    """Say where the anterior RV insertion is and how that is known."""
    angle = anchor["angle_deg"]
    where = "unanchored" if angle is None else f"anterior RV insertion at {angle} degrees"
    print_line(f"{where} (source {anchor['source']}, confidence {anchor['confidence']})")


def print_checks(anatomy: LVAnatomy, scheme: LabelScheme | str) -> None:
    """Say what the user should check: labels that may follow another scheme."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.anatomy.enclosure import FITTING, cavity_enclosure

    if cavity_enclosure(anatomy) < FITTING:
        known = LabelScheme.parse(scheme)
        print_line(f"note: in no slice the wall closes around the cavity; is {known} the right label scheme?")


def counted(count: int, thing: str) -> str:
    """``1 sample``, ``2 samples``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def new_bar(*more: Any) -> Any:
    """A progress bar on stderr, so that stdout stays for results; ``more`` columns stand before the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        *more,
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def progress_bar(description: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar of ``total`` steps; what is yielded moves it on by one."""
    with new_bar() as bar:
        task = bar.add_task(shown(description), total=total)
        yield lambda: bar.advance(task)


@contextmanager
def progress_reporter() -> Iterator[Callable[[Progress], None]]:
    """Show a bar with the loss for every stage of a training; what is yielded takes the training's progress."""
    from rich.progress import TextColumn

    tasks: dict[str, Any] = {}
    with new_bar(TextColumn("{task.fields[note]}")) as bar:

        def report(progress: Progress) -> None:
            note = f"loss {progress.loss:.4f}" if progress.loss == progress.loss else ""  # not where it is not known
            if progress.stage not in tasks:
                tasks[progress.stage] = bar.add_task(progress.stage, total=progress.steps, note=note)
            bar.update(tasks[progress.stage], completed=progress.step, note=note)

        yield report
