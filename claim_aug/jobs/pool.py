"""Making a pool: many scars for every scan of a data set, ready to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case
from claim_aug.data.claim import claims_out, unwritable
from claim_aug.data.commit import NEW, rename
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.data.provenance import plain
from claim_aug.data.staging import refuse_existing
from claim_aug.errors import ClaimAugError, InputError, OutputError
from claim_aug.jobs.generate import sample_seed
from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.reading import reraise
from claim_aug.jobs.runs.run import running
from claim_aug.jobs.runs.serial import Serial
from claim_aug.jobs.runs.work import Executor, Outcome
from claim_aug.pool.file import SUFFIX, open_patient, write_patient
from claim_aug.pool.patient import Patient, collect
from claim_aug.synthesizer import ScarSynthesizer
from claim_aug.text import differences


@claims_out
def build_pool(
    dataset: Path,
    out: Path,
    synthesizer: ScarSynthesizer,
    *,
    count: int,
    seed: int,
    request: Mapping[str, Any] | None = None,
    channel: str | None = None,
    overwrite: bool = False,
    skipped: Skipped | None = None,
    executor: Executor | None = None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[list[str], Skipped]:
    """Write ``count`` scars of every case to ``out``, one file per case; a case is there whole or not at all.

    A pool that was cut off is gone on with: cases that are there, made with the same request, are not made again.

    Args:
        dataset: folder of images and label maps.
        out: folder to write to.
        synthesizer: synthesizer that makes the scars.
        count: number of scars of each case.
        seed: base seed; each scar has a seed of its own.
        request: options that were asked for, kept in every file.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.
        overwrite: whether files that exist are replaced.
        skipped: errors that are passed over; by default all of a single case.
        executor: executor that does the work, one case at a time; by default this process.
        advance: function that is called for every scar.

    Returns:
        Names of the cases of the pool, and the cases that could not be used.

    Raises:
        ClaimAugError: a folder without a data set, a case without image, an impossible request, files that exist, or an
            output that cannot be written.
    """
    skipped, executor = Skipped(InputError) if skipped is None else skipped, executor or Serial()
    cases = find_cases(dataset, images_for="a pool", channel=channel, on_error=skipped)
    asked = plain({"labels": str(synthesizer.labels), "seed": seed} | dict(request or {}))
    there = [] if overwrite else [case for case in cases if (out / (case.name + SUFFIX)).exists()]
    if len(there) == len(cases):
        refuse_existing(out, [case.name + SUFFIX for case in there])
    for case in there:
        check_same(out / (case.name + SUFFIX), asked, count)
        for _ in range(count):
            advance()
    written = [case.name for case in there]
    missing = [Job(case, 0, seed) for case in cases if case.name not in written]
    with running(out) as hidden:
        work = PoolWork(synthesizer, out, hidden / NEW, count, asked)
        for outcome in executor.run(work, missing, lambda: False) if missing else ():
            if outcome.ends_the_run:
                raise OutputError(outcome.error)
            if outcome.error:
                skipped(outcome.job.case, InputError(outcome.error))
            else:
                written.append(outcome.job.case.name)
            for _ in range(count):
                advance()
    if not written:
        skipped.refuse_all(len(skipped))
    return written, skipped


def check_same(path: Path, asked: Mapping[str, Any], count: int) -> None:
    """Refuse to go on with a pool whose scars were made with another request.

    Raises:
        OutputError: a file of another request; what differs is named.
    """
    kept = open_patient(path)
    before = {**kept.about.request, "count": len(kept.seed)}
    now = {**asked, "count": count}
    if differ := differences(before, now):
        msg = f"{path} is of another pool: {', '.join(differ)}; choose another folder, or add --overwrite"
        raise OutputError(msg)


@dataclass(frozen=True)
class PoolWork:
    """The work of ``claim-aug pool build``: all scars of a case, in one file.

    Attributes:
        synthesizer: synthesizer that makes the scars.
        out: folder of the pool.
        stage: folder for what is half written, on the disk of ``out``.
        count: number of scars of each case.
        request: options that were asked for, kept in every file.
    """

    synthesizer: ScarSynthesizer
    out: Path
    stage: Path
    count: int
    request: dict[str, Any]
    together: int = 1

    def make(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """The file of each job's case, in its place when it is whole."""
        for job in jobs:
            try:
                ((case, anatomy),) = iter_cases([job.case], self.synthesizer.labels, on_error=reraise)
                name = case.name + SUFFIX
                write_patient(self.patient(job, case, anatomy), self.stage / name)
                rename(self.stage / name, self.out / name)
            except ClaimAugError as error:
                yield Outcome(job, error=str(error), of_the_case=True)
            except OSError as error:
                yield Outcome(job, error=str(unwritable(self.out, error)), ends_the_run=True)
                return
            else:
                yield Outcome(job, row={"name": name})

    def patient(self, job: Job, case: Case, anatomy: LVAnatomy) -> Patient:
        """All scars of one case."""
        image = case.image
        assert image is not None
        # The same seeds as those of claim-aug generate, so the same scars.
        seeds = (sample_seed(job.run_seed, case.name, replica) for replica in range(self.count))
        samples = (self.synthesizer.sample(image, case.labels, seed=seed, anatomy=anatomy) for seed in seeds)
        return collect(case.name, image, case.labels, anatomy.orientation.through_plane, samples, self.request)
