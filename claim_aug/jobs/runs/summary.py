"""What became of a run so far: counted sample by sample, small however long it is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from claim_aug.jobs.runs.work import Outcome


@dataclass
class Summary:
    """Counts of a run.

    Attributes:
        total: number of samples that were asked for, scans themselves included.
        cases: number of cases that they are of.
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
    cases: int = 0
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
        self.redrawn.update(outcome.redrawn)
        if outcome.row is not None:
            self.made += 1
            self.count_row(outcome.row)
        elif outcome.of_the_case:
            self.bad_cases.setdefault(outcome.job.case.name, outcome.error)
        else:
            self.failed[outcome.job.name] = outcome.error

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
    def seconds_left(self) -> float | None:
        """Seconds until all are made, at the speed so far; ``None`` where nothing tells."""
        left = self.total - self.there - self.made - len(self.failed)
        return left / self.samples_per_second if self.made else None
