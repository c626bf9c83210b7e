"""What became of a run so far: counted sample by sample, small however long it is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.work import Outcome


@dataclass
class Summary:
    """Counts of a run.

    Attributes:
        total: number of samples that were asked for, scans themselves included.
        open: number of samples of each case of which nothing is known yet, by the case's name.
        there: number of samples that were there and whole already.
        made: number of samples that were made now.
        redrawn: how often a sample was drawn again, by the reason.
        bad_cases: reasons why cases could not be used, by their names.
        failed: reasons why single samples could not be made, by their names.
        burdens: new and total burden of each sample that was made now, %LV.
        treated: number of samples by what became of scar that their scan has: ``none`` where it has none.
        unanchored: names of the cases whose AHA segments are not anchored.
        warned: first warning of each case that gave one, by the case's name.
        stopped: number of the signal that ended the run; ``None`` where it came to its end.
        began: time at which the run began, seconds of ``time.monotonic``.
    """

    total: int
    open: Counter[str] = field(default_factory=Counter)
    there: int = 0
    made: int = 0
    redrawn: Counter[str] = field(default_factory=Counter)
    bad_cases: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    burdens: list[tuple[float, float]] = field(default_factory=list)
    treated: Counter[str] = field(default_factory=Counter)
    unanchored: dict[str, None] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)
    stopped: int | None = None
    began: float = field(default_factory=time.monotonic)

    def count(self, outcome: Outcome) -> None:
        """Add what became of a job."""
        self.open[outcome.job.case.name] -= 1
        self.redrawn.update(outcome.redrawn)
        if outcome.row is not None:
            self.made += 1
            self.count_row(outcome.row)
        elif outcome.of_the_case:
            self.bad_cases.setdefault(outcome.job.case.name, outcome.error)
        else:
            self.failed[outcome.job.name] = outcome.error

    def count_there(self, job: Job, row: dict[str, Any]) -> None:
        """Add a sample that was there and whole already."""
        self.open[job.case.name] -= 1
        self.there += 1
        self.count_row(row)

    def count_row(self, row: dict[str, Any]) -> None:
        """Add what a row of the manifest says of its sample."""
        if row["warnings"]:
            self.warned.setdefault(row["case"], row["warnings"][0])
        if row["synthetic"]:
            real = row["realised"]
            self.burdens.append((real["burden_percent"], real["total_burden_percent"]))
            self.treated[row["existing"]] += 1
            if row["anchor"]["angle_deg"] is None:
                self.unanchored[row["case"]] = None

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    @property
    def samples_per_second(self) -> float:
        """Samples that were made now, per second."""
        return self.made / max(self.seconds, 1e-9)

    @property
    def complete(self) -> bool:
        """Whether every sample is there."""
        return self.there + self.made == self.total

    @property
    def cases(self) -> int:
        """Number of cases that the samples are of."""
        return len(self.open)

    @property
    def cases_done(self) -> int:
        """Number of cases of which nothing is left to be made."""
        return sum(count == 0 for count in self.open.values())

    @property
    def ended(self) -> int:
        """Number of samples that are there, or of which it is known that they cannot be made."""
        return self.total - sum(self.open.values())

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end, at the speed so far; ``None`` where nothing tells."""
        return (self.total - self.ended) / self.samples_per_second if self.made else None
