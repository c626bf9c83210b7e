"""Whether a run's files are as its manifest says, and whether a sample comes out the same again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from claim_aug.data.commit import warn_unfinished
from claim_aug.errors import InputError, OutputError
from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.manifest import MANIFEST, damage, read_rows
from claim_aug.jobs.runs.run import failures
from claim_aug.jobs.runs.work import Work


def read_run(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of a run by their ids.

    Raises:
        InputError: a folder that holds no run.
    """
    warn_unfinished(out)
    rows = read_rows(out)
    if not rows:
        msg = f"{out} holds no {MANIFEST} with samples in it; give the folder that claim-aug generate DATASET OUT wrote"
        raise InputError(msg)
    return rows


def damaged(
    out: Path, rows: Mapping[str, Mapping[str, Any]], advance: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """What is wrong with the files of a run, by the names of the samples.

    Args:
        out: folder of the run.
        rows: rows of its manifest.
        advance: function that is called after every sample.
    """
    found = {}
    for row in rows.values():
        wrong = damage(out, row)
        if wrong:
            found[row["name"]] = wrong
        advance()
    return found


def missing(out: Path, rows: Mapping[str, Mapping[str, Any]], jobs: Sequence[Job]) -> int:
    """How many samples of a run are not there, but for those that are listed as failed: it was not brought to its end.

    Args:
        out: folder of the run.
        rows: rows of its manifest.
        jobs: jobs of the run.
    """
    listed = set(failures(out))
    return sum(job.id not in rows and listed.isdisjoint((job.name, job.case.name)) for job in jobs)


def made_again(row: Mapping[str, Any], jobs: Sequence[Job], work: Callable[[Path, Path], Work]) -> list[str]:
    """Make a sample again, and name the files that come out other than they did.

    Args:
        row: row of the sample.
        jobs: jobs of the run.
        work: function from an output folder and one for what is half written to the work.

    Raises:
        InputError: a sample that the data set does not have any more.
        OutputError: a sample that cannot be made again.
    """
    job = next((job for job in jobs if job.id == row["id"]), None)
    if job is None:
        msg = f"{row['name']} cannot be made again: the data set has no case {row['case']} any more"
        raise InputError(msg)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        (outcome,) = work(out, out / ".stage").make([job])
        if outcome.row is None:
            msg = f"{row['name']} cannot be made again: {outcome.error}"
            raise OutputError(msg)
        files = outcome.row["files"]
    return [name for name, known in row["files"].items() if files.get(name) != known]
