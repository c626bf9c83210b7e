"""A run: what is not there yet is made, and the row of each sample is added when its files are whole."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from claim_aug.data.claim import claimed
from claim_aug.data.commit import NEW, begin, check_places, write_whole
from claim_aug.data.output_layouts import write_json
from claim_aug.data.provenance import sha256
from claim_aug.data.runs import HIDDEN, hidden_name
from claim_aug.data.sample_files import is_sample_name
from claim_aug.data.staging import refuse_existing
from claim_aug.errors import InputError, OutputError
from claim_aug.jobs.runs.job import Job, Shard
from claim_aug.jobs.runs.manifest import (
    MANIFEST,
    TABLE,
    append_row,
    damage,
    drop_rows,
    iter_rows,
    opened,
    read_rows,
    write_table,
)  # fmt: skip
from claim_aug.jobs.runs.settings import SETTINGS, settle
from claim_aug.jobs.runs.stop import Stop
from claim_aug.jobs.runs.summary import Summary
from claim_aug.jobs.runs.work import Executor, Outcome, Work
from claim_aug.jobs.sidecar import inputs_of

FAILED = "failed.csv"
#: Files of a run beside its samples.
TABLES = (MANIFEST, TABLE, SETTINGS, FAILED)


@contextmanager
def running(out: Path, shard: Shard | None = None) -> Iterator[Path]:
    """Claim a folder for a run, or for one shard of it, and yield a hidden folder for what is half written.

    Raises:
        OutputError: a folder that another run has claimed, or that cannot be written.
    """
    with ExitStack() as claims:
        claims.enter_context(claimed(out, shared=shard is not None))
        if shard is None:
            for left in sorted(out.glob(f"{HIDDEN}-shard-*-of-*")):  # of shards that were killed
                if left.is_dir():
                    claims.enter_context(claimed(out, left.name.removeprefix(f"{HIDDEN}-")))
        name = "" if shard is None else shard.label
        if shard is not None:
            claims.enter_context(claimed(out, name))
        hidden = out / hidden_name(name)
        try:
            begin(hidden)
            yield hidden
        finally:
            shutil.rmtree(hidden, ignore_errors=True)


def run(
    jobs: Sequence[Job],
    work: Callable[[Path], Work],
    executor: Executor,
    out: Path,
    *,
    settings: Mapping[str, Any],
    command: str,
    names: Callable[[Job], Sequence[Path]],
    bad_cases: Mapping[str, str],
    shard: Shard | None = None,
    stop: Stop | None = None,
    fail_fast: bool = False,
    report: Callable[[Summary, Outcome | None], None] = lambda summary, outcome: None,
    tables: Callable[[Iterable[Mapping[str, Any]]], Mapping[str, Any]] = lambda rows: {},
) -> Summary:
    """Make the samples of a run, but for those whose files are there and whole.

    Args:
        jobs: all jobs of the run, in their order.
        work: function from the folder for what is half written to the work.
        executor: executor that does the work.
        out: folder of the run.
        settings: options that decide what comes out, kept as ``run.toml``.
        command: command that repeats the run.
        names: function from a job to the paths of its files, relative to ``out``.
        bad_cases: reasons why cases cannot be used that are known before, by their names.
        shard: part of the run that is done here; ``None`` for all of it.
        stop: request to end that may come.
        fail_fast: whether the first case that cannot be used ends the run.
        report: function that is called after every sample, and once before.
        tables: function from all rows to the JSON files that are written beside a run that is complete, by name.

    Raises:
        InputError: with ``fail_fast``, the first case that cannot be used.
        OutputError: a folder of another run or of other files, or a disk that is full; what is there is whole.
    """
    own = list(jobs) if shard is None else shard.part(jobs)
    stop = stop or Stop()
    refuse_shared_files(own, names)
    with running(out, shard) as hidden:
        check_places(out, {path.as_posix() for job in own if not job.replica for path in names(job)} | {*TABLES})
        if not (out / SETTINGS).exists():
            refuse_existing(out, [str(path) for job in own for path in names(job)])
        with opened(out):
            settle(out, settings, hidden, command)
        rows = read_rows(out)
        refuse_changed(own, rows)
        summary = Summary(len(own), Counter(job.case.name for job in own), bad_cases=dict(bad_cases))
        left = [job for job in own if not there(job, rows, out)]
        lost = {job.id for job in left if job.id in rows}
        if lost:
            drop_rows(out, lost, hidden)
        missing = {job.id for job in left}
        for job in own:
            if job.id not in missing:
                summary.count_there(job, rows[job.id])
        del rows
        report(summary, None)
        if fail_fast:
            refuse_bad(summary)
        try:
            for outcome in executor.run(work(hidden / NEW), left, stop.asked) if left else ():
                if outcome.ends_the_run:
                    raise OutputError(outcome.error)
                if outcome.row is not None:
                    append_row(out, outcome.row)
                summary.count(outcome)
                report(summary, outcome)
                if fail_fast:
                    refuse_bad(summary)
            summary.stopped = stop.number
        except OSError as error:
            whole = f"{summary.there + summary.made} of {summary.total} samples are there and whole"
            msg = f"{error if isinstance(error, OutputError) else f'cannot write to {out}: {error.strerror or error}'}"
            raise OutputError(f"{msg}; {whole}; the same command goes on from there") from error
        finally:
            shutil.rmtree(hidden / NEW, ignore_errors=True)  # room for the tables, should the disk be full
            with suppress(OSError):
                finish(out, hidden, jobs, summary, shard, tables)
    return summary


def refuse_shared_files(jobs: Sequence[Job], names: Callable[[Job], Sequence[Path]]) -> None:
    """Refuse samples of which two would be one file, also where letters of names differ in their case alone.

    Raises:
        InputError: such a file, and the cases.
    """
    every = any(is_sample_name(job.case.name) for job in jobs)  # a case may be called as the sample of another is
    taken: dict[str, str] = {}
    for job in (job for job in jobs if every or not job.replica):
        paths = names(job)
        for path in paths:
            other = taken.setdefault(path.as_posix().casefold(), job.case.name)
            if other != job.case.name or len(set(paths)) < len(paths):
                msg = (
                    f"{path} would be written twice ({other}, {job.case.name}); rename one, or choose another --layout"
                )
                raise InputError(msg)


def there(job: Job, rows: Mapping[str, Mapping[str, Any]], out: Path) -> bool:
    """Whether a job has a row, and the files that it names are whole."""
    return job.id in rows and damage(out, rows[job.id]) is None


def refuse_changed(jobs: Sequence[Job], rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse scans that are not as they were when their first samples were made.

    Raises:
        OutputError: a scan that has changed; it is named.
    """
    known: dict[Path, str] = {}
    for job in jobs:
        if job.id in rows:
            recorded = rows[job.id]["inputs"]
            known |= {path: recorded[role]["sha256"] for role, path in inputs_of(job.case) if role in recorded}
    for path, hash_ in known.items():
        if not path.is_file() or sha256(path) != hash_:
            msg = f"{path} has changed since samples were made from it; bring it back, or give another output"
            raise OutputError(msg)


def refuse_bad(summary: Summary) -> None:
    """Raise the first reason why something could not be used, if there is one.

    Raises:
        InputError: such a reason, with the name of the case or sample.
    """
    for name, reason in {**summary.bad_cases, **summary.failed}.items():
        msg = f"{name}: {reason}"
        raise InputError(msg)


def finish(
    out: Path,
    hidden: Path,
    jobs: Sequence[Job],
    summary: Summary,
    shard: Shard | None,
    tables: Callable[[Iterable[Mapping[str, Any]]], Mapping[str, Any]],
) -> None:
    """Write the table for people, the list of what failed, and what a complete data set has beside it."""
    with opened(out):
        write_table(out, hidden)
        failed = out / (FAILED if shard is None else f"failed-{shard.label}.csv")
        wrong = {**summary.bad_cases, **summary.failed}
        if wrong:
            stream = io.StringIO()
            csv.writer(stream, lineterminator="\n").writerows([("name", "reason"), *sorted(wrong.items())])
            write_whole(hidden / FAILED, stream.getvalue())
            (hidden / FAILED).replace(failed)
        else:
            failed.unlink(missing_ok=True)
        if shard is None:
            for path in out.glob("failed-shard-*.csv"):
                path.unlink()  # what they name was tried again
        known, listed = {row["id"] for row in iter_rows(out)}, set(failures(out))
        if all(job.id in known or not listed.isdisjoint((job.name, job.case.name)) for job in jobs):
            for name, value in tables(iter_rows(out)).items():
                write_json(hidden / name, value)
                (hidden / name).replace(out / name)


def failures(out: Path) -> Iterator[str]:
    """Names of the cases and samples that this run, or a shard of it, could not use."""
    for path in out.glob("failed*.csv"):
        with suppress(csv.Error), path.open(newline="", encoding="utf-8", errors="replace") as stream:
            yield from (row.get("name") or "" for row in csv.DictReader(stream))


def remove_run(out: Path) -> None:
    """Remove what a run wrote to a folder, file by file; what is not in its manifest stays."""
    with claimed(out):
        names = [*(name for row in iter_rows(out) for name in row["files"]), TABLE, MANIFEST, SETTINGS]
        check_places(out, names)
        for path in map(Path, names):
            (out / path).unlink(missing_ok=True)
            with suppress(OSError):
                (out / path).parent.rmdir()
