"""What is shown of a run over a data set while it lasts: a live line, lines of a log, events as JSON, or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from claim_aug.cli import console

if TYPE_CHECKING:
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
    """A line that changes on a terminal; elsewhere, such as in the log of a cluster, a line every ten seconds."""
    from rich.progress import TextColumn

    with console.new_bar(TextColumn("{task.fields[note]}")) as bar:
        task = bar.add_task("samples", total=None, note="")
        last = time.monotonic()

        def report(summary: Summary, outcome: Outcome | None) -> None:
            nonlocal last
            done = summary.there + summary.made
            what = f"samples of {console.counted(summary.cases, 'case')}"
            bar.update(task, description=what, total=summary.total, completed=done, note=state_of(summary))
            if bar.disable and time.monotonic() - last >= EVERY_S:
                last = time.monotonic()
                left = summary.seconds_left
                ahead = "" if left is None else f", {left:.0f} s left"
                console.print_progress(f"{done} of {summary.total} {what}, {state_of(summary)}{ahead}")

        yield report


def state_of(summary: Summary) -> str:
    """Speed, and what went wrong so far, in one line."""
    parts = [
        f"{summary.samples_per_second:.2f} per second" if summary.made else "",
        f"{sum(summary.redrawn.values())} redrawn" if summary.redrawn else "",
        f"{len(summary.failed)} failed" if summary.failed else "",
        f"{console.counted(len(summary.bad_cases), 'bad case')}" if summary.bad_cases else "",
    ]
    return ", ".join(part for part in parts if part)


def print_event(summary: Summary, outcome: Outcome | None) -> None:
    """One line of JSON on stdout for what became of a sample."""
    done = {"done": summary.there + summary.made, "total": summary.total}
    if outcome is None:
        event: dict[str, Any] = {"event": "start"}
    elif outcome.row is None:
        event = {"event": "failed", "case": outcome.job.case.name, "name": outcome.job.name, "error": outcome.error}
    else:
        event = {"event": "sample", **{name: outcome.row[name] for name in ("id", "name", "case", "files")}}
    console.print_line(json.dumps(event | done))
