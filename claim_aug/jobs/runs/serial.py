"""One job after another, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.work import Outcome, Work, batches


class Serial:
    """Does jobs in this process."""

    def run(self, work: Work, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Iterator[Outcome]:
        """What became of the jobs, in their order."""
        for batch in batches(jobs, work.together):
            if stopped():
                return
            yield from work.make(batch)
