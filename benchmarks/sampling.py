"""Seconds a slice of the generators that sample or paint, and of RePaint with the same network, in one run.

    python benchmarks/sampling.py [--model FOLDER]

All cores; 8 slices in a batch; medians of several runs. RePaint as in CLAIM's inference, 300 levels with jumps (5, 5),
is run once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from speed import phantom_bank

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.samplers import STEPS
from claim_aug.phantom import make_phantom

SLICES = 8
#: Calls of the network.
CALLS = {"ddim": STEPS, "dpm++": STEPS, "repaint": 1480}


def make_jobs() -> list[RenderJob]:
    """Scars in exactly eight slices of one phantom."""
    phantom = make_phantom(1, scar=False, shape=(256, 256, 10), spacing=(1.4, 1.4, 10.0))
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine, spacing=phantom.spacing)
    prior, _ = ScarSynthesizer("manual", "signal", labels="phantom", territory="LAD", transmurality=0.7).backends
    mask = prior.sample(anatomy, np.random.default_rng(0))
    region = phantom.image[anatomy.box].astype(np.float64)
    empty = mask.scar.any((0, 1)).cumsum() > SLICES
    mask.infarct[..., empty] = False
    assert mask.scar.any((0, 1)).sum() == SLICES
    return [RenderJob(region, mask, anatomy, np.random.default_rng(1))]


def seconds_a_slice(work: Callable[[], object], runs: int) -> float:
    """Median over runs, after one that is not counted where there are several."""
    times = []
    for _ in range(runs + (runs > 1)):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[-runs:]) / SLICES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder of a model; by default the one of the package")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--samplers", default="ddim,dpm++,repaint")
    arguments = parser.parse_args()
    jobs = make_jobs()
    scratch = tempfile.TemporaryDirectory()
    model = {"model": arguments.model} if arguments.model else {}
    print(f"| {'generator':16} | {'calls':>5} | {'s/slice':>8} |\n|{'-' * 18}|{'-' * 7}|{'-' * 10}|")
    painter = ScarSynthesizer(generator=f"transplant:{phantom_bank(Path(scratch.name))}").backends[1]
    for name, generator in (("signal", ScarSynthesizer(generator="signal").backends[1]), ("transplant", painter)):
        value = seconds_a_slice(lambda one=generator: [one.render(**vars(job)) for job in jobs], arguments.runs)  # type: ignore[misc]
        print(f"| {name:16} | {'':5} | {value:8.4f} |", flush=True)
    for sampler in arguments.samplers.split(","):
        generator = ScarSynthesizer(generator="ddpm", sampler=sampler, **model).backends[1]
        value = seconds_a_slice(lambda: generator.render_many(jobs), 1 if sampler == "repaint" else arguments.runs)  # noqa: B023
        print(f"| {'ddpm, ' + sampler:16} | {CALLS[sampler]:5} | {value:8.3f} |", flush=True)
    scratch.cleanup()


if __name__ == "__main__":
    main()
