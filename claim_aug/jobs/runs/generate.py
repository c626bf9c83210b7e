"""Scars into every scan of a data set: the work behind ``claim-aug generate DATASET OUT``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from claim_aug.data.provenance import sha256, versions
from claim_aug.data.sample_files import OutputLayout, written_suffix
from claim_aug.errors import InputError
from claim_aug.jobs.runs.job import Job, Shard
from claim_aug.jobs.runs.manifest import MANIFEST
from claim_aug.jobs.runs.plan import Plan, tables_of
from claim_aug.jobs.runs.run import remove_run, run
from claim_aug.jobs.runs.sampling import ATTEMPTS, Sampling
from claim_aug.jobs.runs.stop import Stop
from claim_aug.jobs.runs.summary import Summary
from claim_aug.jobs.runs.weights import weights_of
from claim_aug.jobs.runs.work import Executor, Outcome
from claim_aug.synthesizer import ScarSynthesizer


def generate_dataset(
    plan: Plan,
    synthesizer: ScarSynthesizer,
    out: Path,
    *,
    layout: OutputLayout,
    root: Path,
    per_case: int,
    seed: int,
    executor: Executor,
    settings: Mapping[str, Any],
    command: str,
    known: Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    files: tuple[Path, ...] = (),
    attempts: int = ATTEMPTS,
    preview: bool = False,
    shard: Shard | None = None,
    stop: Stop | None = None,
    fail_fast: bool = False,
    overwrite: bool = False,
    report: Callable[[Summary, Outcome | None], None] = lambda summary, outcome: None,
) -> Summary:
    """Write samples of every case of a plan to ``out``; the same call again makes what is missing.

    Args:
        plan: cases of the data set.
        synthesizer: synthesizer that makes the scars.
        out: folder to write to.
        layout: layout of the output.
        root: folder of the data set.
        per_case: number of samples of each case.
        seed: base seed; each sample has a seed of its own.
        executor: executor that does the work; which one it is does not change what comes out.
        settings: options that decide what comes out, kept as ``run.toml``.
        command: command that repeats the run.
        known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.
        request: options that were asked for, recorded in every sidecar.
        files: files beside the scans that are read; their hashes are recorded.
        attempts: number of times that a sample is drawn at most.
        preview: whether the first sample of every case is plotted.
        shard: part of the run that is done here; ``None`` for all of it.
        stop: request to end that may come.
        fail_fast: whether the first case that cannot be used ends the run.
        overwrite: whether another run that ``out`` holds is removed first.
        report: function that is called after every sample, and once before.

    Raises:
        ClaimAugError: a folder of another run, a disk that is full, or with ``fail_fast`` a case that cannot be used.
    """
    endings = {written_suffix(path) for case in plan.cases for path in case.image_paths}
    if layout.real and len(endings) > 1:
        msg = f"{plan.dataset.layout} has cases as {' and '.join(sorted(endings))}; nnU-Net needs one kind (--only)"
        raise InputError(msg)
    if overwrite and (out / MANIFEST).exists() and shard is None:
        remove_run(out)
    software, weights = versions(), weights_of(synthesizer.backends[1])
    hashes = {path.name: sha256(path) for path in files} | (weights["sha256"] if weights else {})
    work = partial(
        Sampling, synthesizer, dict(known or {}), layout, root, out,
        request=dict(request or {}), files=files, facts={"software": software, "weights": weights},
        attempts=attempts, preview=preview,
    )  # fmt: skip

    def names(job: Job) -> list[Path]:
        return layout.files(job.case, job.name, root, sidecar=job.replica is not None).paths

    return run(
        plan.jobs(per_case, seed, layout),
        lambda stage: work(stage=stage),
        executor,
        out,
        settings={**settings, "files": hashes, "software": software},
        command=command,
        names=names,
        bad_cases=plan.bad_cases,
        shard=shard,
        stop=stop,
        fail_fast=fail_fast,
        report=report,
        tables=tables_of(layout, synthesizer.labels, plan.cases),
    )
