"""What is shown of a run over a data set while it lasts: a live table, lines of a log, events as JSON, or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from claim_aug.cli import console

if TYPE_CHECKING:
    from rich.console import Group

    from claim_aug.jobs.runs.summary import Summary
    from claim_aug.jobs.runs.work import Outcome

    Report = Callable[[Summary, Outcome | None], None]

#: Seconds between two lines of a log.
EVERY_S = 10.0


@contextmanager
def run_display(*, quiet: bool, as_json: bool) -> Iterator[Report]:
    """Show a run; what is yielded takes it as it is after every sample."""
    if as_json:
        yield print_event
    elif quiet:
        yield lambda summary, outcome: None
    else:
        with live_display() as report:
            yield report


@contextmanager
def live_display() -> Iterator[Report]:
    """A table that is redrawn on a terminal; elsewhere, such as in the log of a cluster, a line every ten seconds."""
    from rich.console import Console
    from rich.live import Live

    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        yield lines_of_a_log()
        return
    seen: list[Summary] = []
    # It is drawn anew by the clock, so that it is seen to live while a network takes its time.
    with Live(get_renderable=lambda: run_table(seen[-1]) if seen else "", console=terminal, transient=True):
        yield lambda summary, outcome: seen.__setitem__(slice(None), [summary])


def lines_of_a_log() -> Report:
    """A function that prints the state of a run to stderr, but not more often than every ten seconds."""
    last = time.monotonic()

    def report(summary: Summary, outcome: Outcome | None) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            console.print_progress(", ".join(f"{name} {value}" for name, value in state_of(summary).items()))

    return report


def run_table(summary: Summary) -> Group:
    """What is known of a run so far, as a table over a bar."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    state = state_of(summary)
    table = Table(*state)
    table.add_row(*state.values())
    return Group(table, ProgressBar(max(summary.total, 1), summary.ended, width=60))


def state_of(summary: Summary) -> dict[str, str]:
    """What is shown of a run while it lasts, by what it is called."""
    left = summary.seconds_left
    return {
        "cases": f"{summary.cases_done} of {summary.cases}",
        "samples": f"{summary.there + summary.made} of {summary.total}",
        "per second": f"{summary.samples_per_second:.2f}" if summary.made else "-",
        "time left": "-" if left is None else str(timedelta(seconds=round(left))),
        "redrawn": str(sum(summary.redrawn.values())),
        "failed": str(len(summary.failed)),
        "bad cases": str(len(summary.bad_cases)),
    }


def print_event(summary: Summary, outcome: Outcome | None) -> None:
    """One line of JSON on stdout for what became of a sample."""
    done = {"done": summary.there + summary.made, "total": summary.total}
    if outcome is None:
        event: dict[str, Any] = {"event": "start"}
    elif outcome.row is None:
        event = {"event": "failed", "case": outcome.job.case.name, "name": outcome.job.name, "error": outcome.error}
    else:
        event = {"event": "sample", **{name: outcome.row[name] for name in ("id", "name", "case", "files")}}
    if outcome is not None and outcome.redrawn:
        event["redrawn"] = list(outcome.redrawn)
    console.print_line(json.dumps(event | done))
