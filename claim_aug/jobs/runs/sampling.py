"""Making samples: a batch of jobs in, files in their places and rows of the manifest out."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from claim_aug.data.commit import rename
from claim_aug.data.output_layouts import write_scan
from claim_aug.data.provenance import describe, plain, sha256
from claim_aug.data.sample_files import OutputLayout
from claim_aug.errors import EmptyScarError, PluginError
from claim_aug.generators.base import RendersMany
from claim_aug.jobs.generate import write_sample
from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.quality import Quality, judge
from claim_aug.jobs.runs.reading import CaseReader, OpenCase
from claim_aug.jobs.runs.work import Outcome
from claim_aug.jobs.samples import try_samples
from claim_aug.jobs.sidecar import sidecar
from claim_aug.plugins.guard import in_words
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer

#: Samples that go to a worker at once, so that a network's batches are full and few messages are sent; our default.
TOGETHER = 8
#: How often a sample is drawn that fails the quality gate, the first time included; our default.
ATTEMPTS = 4


@dataclass(frozen=True)
class Sampling:
    """The work of ``claim-aug generate`` on a data set.

    Attributes:
        synthesizer: synthesizer that makes the scars.
        known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.
        layout: layout of the output.
        root: folder of the data set.
        out: folder of the output.
        stage: folder for what is half written, on the disk of ``out``.
        request: options that were asked for, recorded in every sidecar.
        files: files beside the scans that are read; their hashes are recorded.
        facts: facts that all rows of the manifest share.
        attempts: number of times that a sample is drawn at most.
        preview: whether the first sample of every case is plotted.
    """

    synthesizer: ScarSynthesizer
    known: Mapping[str, Any]
    layout: OutputLayout
    root: Path
    out: Path
    stage: Path
    request: Mapping[str, Any]
    files: tuple[Path, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = ATTEMPTS
    preview: bool = False

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "reader"}

    @property
    def together(self) -> int:
        """Number of jobs that are best done at once."""
        return TOGETHER

    @cached_property
    def reader(self) -> CaseReader:
        """The reader of cases, of this process."""
        return CaseReader(self.synthesizer, self.known, self.request, self.files)

    def make(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Make the samples of jobs, all at once where the generator is quicker so, else one after another."""
        at_once = len(jobs) if isinstance(self.synthesizer.backends[1], RendersMany) else 1
        for start in range(0, len(jobs), at_once):
            batch = jobs[start : start + at_once]
            known: set[str] = set()
            try:
                for outcome in self.made(batch):
                    known.add(outcome.job.id)
                    yield outcome
            except (OSError, PluginError) as error:  # of writing: whatever else there is belongs to a case or sample
                failed = str(error)
                if isinstance(error, OSError):
                    failed = f"cannot write to {self.out}: {error.strerror or error}"
                yield Outcome(jobs[start], error=failed, ends_the_run=True)
                return
            except Exception as error:  # whatever a scan makes of the code must not end a run of thousands
                for job in batch:
                    if job.id not in known:
                        yield Outcome(job, error=f"unexpected {in_words(error)}")

    def made(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """The samples of jobs; those that fail the quality gate are drawn again together."""
        began, waiting = time.perf_counter(), []
        for job in jobs:
            found = self.reader.read(job.case)
            if isinstance(found, str):
                yield Outcome(job, error=found, of_the_case=True)
            elif job.replica is None:
                yield Outcome(job, self.write_scan(job, found, began))
            else:
                waiting.append((job, found))
        rejected: dict[str, list[str]] = {job.id: [] for job, _ in waiting}
        for attempt in range(self.attempts):
            again = []
            scans = [{"image": one.image, "labels": one.labels, "anatomy": one.anatomy} for _, one in waiting]
            samples = try_samples(self.synthesizer, scans, [job.seed(attempt) for job, _ in waiting]) if waiting else []
            seconds = (time.perf_counter() - began) / max(len(jobs), 1)
            for (job, one), sample in zip(waiting, samples, strict=True):
                reasons = rejected[job.id]
                if isinstance(sample, ScarSample):
                    burden = self.synthesizer.options.get("burden")
                    quality = judge(sample, one.image, one.labels, one.anatomy, one.tissue, burden)
                    if not quality.reasons:
                        row = self.write(job, one, sample, quality, reasons, seconds)
                        yield Outcome(job, row, redrawn=tuple(reasons))
                        continue
                    reasons.append(" and ".join(quality.reasons))
                elif isinstance(sample, EmptyScarError):
                    reasons.append("no room for a scar")
                else:
                    yield Outcome(job, error=str(sample), of_the_case=True)
                    continue
                again.append((job, one))
            waiting = again
        for job, _ in waiting:
            reasons = rejected[job.id]
            error = f"drawn {self.attempts} times and not kept: {', '.join(dict.fromkeys(reasons))}"
            yield Outcome(job, error=error, redrawn=tuple(reasons[:-1]))

    def write(
        self, job: Job, one: OpenCase, sample: ScarSample, quality: Quality, rejected: Sequence[str], seconds: float
    ) -> dict[str, Any]:
        """Write a sample's files; returns its row."""
        assert job.replica is not None
        stage = self.stage / job.id
        names = self.layout.files(one.case, job.name, self.root)
        write_sample(
            stage, names, one.case, sample, self.layout, self.synthesizer.labels,
            sidecar(one.record, sample, job.replica),
        )  # fmt: skip
        paths = names.paths
        if self.preview and job.replica == 0:
            paths.append(plotted(stage, one, sample))
        parameters = sample.parameters
        return self.placed(job, paths) | plain(
            {
                "synthetic": True,
                "seed": sample.seed,
                "attempts": len(rejected) + 1,
                "rejected": list(rejected),
                "existing": parameters["existing"] if one.anatomy.scar.any() else "none",
                "asked": one.record["request"],
                "drawn": {name: parameters[name] for name in ("prior", "generator")},
                "realised": parameters["realised"],
                "note": parameters["note"],
                "anchor": describe(one.anatomy)["anchor"],
                "quality": {"contrast_to_noise": quality.contrast_to_noise},
                "inputs": one.record["inputs"],
                "warnings": one.warned,
                **self.facts,
                "seconds": round(seconds, 3),
            }
        )

    def write_scan(self, job: Job, one: OpenCase, began: float) -> dict[str, Any]:
        """Write the scan itself; returns its row."""
        names = self.layout.files(one.case, job.name, self.root, sidecar=False)
        write_scan(self.layout, names, self.stage / job.id, one.case, self.synthesizer.labels)
        seconds = round(time.perf_counter() - began, 3)
        own = {"synthetic": False, "inputs": one.record["inputs"], "warnings": list(one.warned)}
        return self.placed(job, names.paths) | own | {"seconds": seconds}

    def placed(self, job: Job, paths: Sequence[Path]) -> dict[str, Any]:
        """Move files to their places, the sidecar last; returns the beginning of the row, with their hashes."""
        stage = self.stage / job.id
        hashes = {path.as_posix(): sha256(stage / path) for path in paths}
        for path in paths:
            rename(stage / path, self.out / path)
        shutil.rmtree(stage, ignore_errors=True)
        replica = job.replica
        return {"id": job.id, "name": job.name, "case": job.case.name, "replica": replica, "files": hashes}


def plotted(stage: Path, one: OpenCase, sample: ScarSample) -> Path:
    """Plot a sample; returns the path of the preview below ``stage``."""
    from claim_aug.plots.preview import plot_preview

    path = Path("previews") / f"{one.case.name}.png"
    (stage / path).parent.mkdir(parents=True, exist_ok=True)
    plot_preview(one.image, [sample], stage / path, title=one.case.name)
    return path
