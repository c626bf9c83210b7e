"""Seconds for anatomy, masks and a whole sample, beside torchio's RandomElasticDeformation on the same subject.

    python benchmarks/speed.py

One thread, one 256 x 256 x 10 phantom; medians of several runs, and each as a ratio to torchio's in the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
import torchio

from claim_aug import ScarSynthesizer
from claim_aug.anatomy import LabelScheme
from claim_aug.anatomy.cache import ANATOMY_CACHE
from claim_aug.jobs.bank import build_bank
from claim_aug.phantom import make_phantom, write_emidec


def median_seconds(work: Callable[[int], object], runs: int) -> float:
    """Median over runs, after one that is not counted."""
    times = []
    for run in range(runs + 1):
        ANATOMY_CACHE.kept.clear()  # a patient that was not met before
        start = time.perf_counter()
        work(run)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def phantom_bank(folder: Path) -> Path:
    """A bank of eight phantoms, in ``folder``, for the generator ``transplant``."""
    for seed in range(8):
        write_emidec(make_phantom(seed, scar=True, shape=(96, 96, 7)), folder / "patients", f"Case_{seed}")
    build_bank(folder / "patients", folder / "bank.safetensors", LabelScheme.parse("phantom"))
    return folder / "bank.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    torch.set_num_threads(1)
    phantom = make_phantom(1, scar=False, shape=(256, 256, 10), spacing=(1.4, 1.4, 10.0))
    synthesizer = ScarSynthesizer(labels="phantom")
    scratch = tempfile.TemporaryDirectory()
    transplanter = ScarSynthesizer(generator=f"transplant:{phantom_bank(Path(scratch.name))}", labels="phantom")
    geometry = {"affine": phantom.affine, "spacing": phantom.spacing}
    anatomy = synthesizer.anatomy(phantom.labels, **geometry)
    prior, _ = synthesizer.backends
    subject = torchio.Subject(
        image=torchio.ScalarImage(tensor=torch.from_numpy(phantom.image)[None], affine=phantom.affine),
        labels=torchio.LabelMap(tensor=torch.from_numpy(phantom.labels)[None], affine=phantom.affine),
    )
    elastic = torchio.RandomElasticDeformation()

    def anatomy_and_mask(seed: int) -> object:
        ventricle = synthesizer.anatomy(phantom.labels, **geometry)
        return prior.sample(ventricle, np.random.default_rng(seed))

    rows = {
        "torchio RandomElasticDeformation": lambda seed: elastic(subject),
        "anatomy + smile mask": anatomy_and_mask,
        "smile mask, anatomy ready": lambda seed: prior.sample(anatomy, np.random.default_rng(seed)),
        "sample: smile + signal": lambda seed: synthesizer.sample(phantom.image, phantom.labels, seed=seed, **geometry),
        "sample: smile + transplant": lambda seed: transplanter.sample(
            phantom.image, phantom.labels, seed=seed, **geometry
        ),
        "sample, anatomy ready": lambda seed: synthesizer.sample(
            phantom.image, phantom.labels, seed=seed, anatomy=anatomy
        ),
    }
    seconds = {name: median_seconds(work, runs) for name, work in rows.items()}
    scratch.cleanup()
    reference = seconds["torchio RandomElasticDeformation"]
    print(f"| {'what':34} | {'seconds':>8} | {'ratio':>6} |\n|{'-' * 36}|{'-' * 10}|{'-' * 8}|")
    for name, value in seconds.items():
        print(f"| {name:34} | {value:8.3f} | {value / reference:6.3f} |")


if __name__ == "__main__":
    main()
