"""What an executor hands out and gets back: work that is done on jobs, and what became of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from claim_aug.jobs.runs.job import Job


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        job: job that was done.
        row: row of the manifest, whose files are in their places; ``None`` where there is none.
        error: reason why there is no row.
        of_the_case: whether the reason holds for all samples of the case.
        ends_the_run: whether nothing more can be written.
        redrawn: reasons why earlier attempts were not kept.
    """

    job: Job
    row: dict[str, Any] | None = None
    error: str = ""
    of_the_case: bool = False
    ends_the_run: bool = False
    redrawn: tuple[str, ...] = ()


class Work(Protocol):
    """Work on jobs; it is pickled once for every worker.

    Attributes:
        together: number of jobs that are best done at once.
    """

    @property
    def together(self) -> int: ...

    def make(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Do jobs, and say of each what became of it as soon as that is known."""
        ...


class Executor(Protocol):
    """Where jobs are done: in this process, in several, or on a cluster."""

    def run(self, work: Work, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Iterator[Outcome]:
        """What became of the jobs, in whichever order.

        Args:
            work: work on the jobs.
            jobs: jobs in the order in which they are best done.
            stopped: function that says whether no more jobs are to be begun.
        """
        ...


def batches(jobs: Sequence[Job], size: int) -> Iterator[Sequence[Job]]:
    """Jobs in their order, so many at a time, whichever case they are of."""
    for start in range(0, len(jobs), size):
        yield jobs[start : start + size]
