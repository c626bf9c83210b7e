"""A job: one sample of one case, whose seed and files follow from the run's seed, the case and a number alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claim_aug.data.case import Case
from claim_aug.data.sample_files import sample_name
from claim_aug.errors import InputError
from claim_aug.fingerprint import fingerprint
from claim_aug.jobs.generate import sample_seed


@dataclass(frozen=True)
class Job:
    """One sample that is to be made.

    Attributes:
        case: case that the sample is made from.
        replica: number of the sample among those of the case, from 0; ``None`` for the scan itself.
        run_seed: base seed of the run.

    Example:
        >>> from pathlib import Path
        >>> Job(Case("Case_1", (Path("labels.nii"),)), 3, 0).name
        'Case_1_scar003'
    """

    case: Case
    replica: int | None
    run_seed: int

    @property
    def name(self) -> str:
        """Name of the sample's files."""
        return self.case.name if self.replica is None else sample_name(self.case, self.replica)

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that follow from the run's seed, the case's name and the replica."""
        return fingerprint(f"{self.run_seed}\n{self.case.name}\n{self.replica}")[:16]

    def seed(self, attempt: int) -> int:
        """Seed of the sample when it is drawn for the first time (0), or again."""
        assert self.replica is not None
        return sample_seed(self.run_seed, self.case.name, self.replica, attempt)


@dataclass(frozen=True)
class Shard:
    """A part of a run: ``number`` of ``count``, from 1.

    Raises:
        InputError: a number that is not within 1 and the count.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            msg = f"a shard needs a number within 1-{self.count}, got {self.number}"
            raise InputError(msg)

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A shard from text such as ``3/16``.

        Raises:
            InputError: other text.
        """
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal()):
            msg = f"--shard needs NUMBER/COUNT such as 3/16, got {text!r}"
            raise InputError(msg)
        return cls(int(number), int(count))

    def part(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs of this shard: neighbours, so that few shards read one case."""
        first, last = (len(jobs) * number // self.count for number in (self.number - 1, self.number))
        return list(jobs[first:last])

    @property
    def label(self) -> str:
        """The shard as part of a file's name."""
        return f"shard-{self.number}-of-{self.count}"


def jobs_of(cases: Sequence[Case], per_case: int, seed: int, *, real: bool = False) -> Iterator[Job]:
    """The jobs of a run in their order: case by case, the scan itself first where it belongs to the data set.

    Args:
        cases: cases of the data set.
        per_case: number of samples of each case.
        seed: base seed of the run.
        real: whether the scans themselves are written, too.
    """
    for case in cases:
        if real:
            yield Job(case, None, seed)
        for replica in range(per_case):
            yield Job(case, replica, seed)
