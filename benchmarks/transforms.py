"""Milliseconds of our transforms beside those that pipelines already use, on one subject, and their cost in a loop.

    python benchmarks/transforms.py

One thread, one 256 x 256 x 10 phantom. The transforms take turns, so that whatever else the machine does falls on all
of them alike. Each is given as a median, and as a ratio to RandomBiasField and to RandomElasticDeformation.
The loop trains a small U-Net with two workers, with and without the transform, in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torchio
from monai.networks.nets import UNet
from monai.transforms import RandAffined
from torch.utils.data import DataLoader, Dataset

from claim_aug import ScarSynthesizer as Core
from claim_aug.anatomy import LabelScheme
from claim_aug.integrations.torchio import ScarSynthesizer
from claim_aug.jobs.bank import build_bank
from claim_aug.jobs.pool import build_pool
from claim_aug.phantom import make_phantom, write_emidec

KEYS = ("image", "label")
#: What the issue allows: at most so many times the reference.
ALLOWED = {
    "claim_aug smile + signal": ("torchio RandomElasticDeformation", 0.5),
    "claim_aug smile + transplant": ("torchio RandomBiasField", 1.0),
    "claim_aug pool": ("torchio RandomBiasField", 1.0),
}


def prepare(folder: Path, scan: Any) -> dict[str, dict[str, Any]]:
    """A bank of eight phantoms and a pool of the scan; the parameters of each of our forms."""
    for seed in range(8):
        write_emidec(make_phantom(seed, scar=True, shape=(96, 96, 7)), folder / "donors", f"Case_{seed}")
    build_bank(folder / "donors", folder / "bank.safetensors", LabelScheme.parse("phantom"))
    write_emidec(scan, folder / "scans", "Case_1")
    build_pool(folder / "scans", folder / "pool", Core(labels="phantom"), count=16, seed=0)
    return {
        "claim_aug smile + signal": {"labels": "phantom"},
        "claim_aug smile + transplant": {"labels": "phantom", "generator": f"transplant:{folder / 'bank.safetensors'}"},
        "claim_aug pool": {"pool": str(folder / "pool")},
    }


def subject_of(scan: Any) -> torchio.Subject:
    """The scan for torchio."""
    return torchio.Subject(
        image=torchio.ScalarImage(tensor=torch.from_numpy(scan.image)[None], affine=scan.affine),
        label=torchio.LabelMap(tensor=torch.from_numpy(scan.labels)[None], affine=scan.affine),
    )


def time_transforms(scan: Any, forms: dict[str, dict[str, Any]], runs: int) -> dict[str, float]:
    """Median milliseconds of every transform, after one call that is not counted."""
    subject = subject_of(scan)
    plain = {key: subject[key].data for key in KEYS}
    work: dict[str, Callable[[], object]] = {
        f"torchio {name}": partial(getattr(torchio, name)(), subject)
        for name in ("RandomAffine", "RandomElasticDeformation", "RandomBiasField", "RandomMotion")
    }
    affine = RandAffined(KEYS, prob=1, rotate_range=0.2, scale_range=0.1, mode=("bilinear", "nearest"))
    work["MONAI RandAffined"] = partial(affine, plain)
    for name, parameters in forms.items():
        work[name] = partial(ScarSynthesizer(**parameters), subject)
    times: dict[str, list[float]] = {name: [] for name in work}
    for run in range(runs + 1):
        for name, call in work.items():
            start = time.perf_counter()
            call()
            if run:
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


class Subjects(Dataset):
    """The same scan, as tensors, through a transform."""

    def __init__(self, scan: Any, transform: Any, length: int) -> None:
        self.subject, self.transform, self.length = subject_of(scan), transform, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        subject = self.transform(self.subject) if self.transform else self.subject
        # A crop of the middle, as a loop on one thread can bear.
        return {key: subject[key].data[:, 64:192, 64:192, :8] for key in KEYS}


def steps_per_second(scan: Any, transform: Any, steps: int) -> float:
    """A small U-Net, two subjects a step, two workers; the first steps, in which workers start, are not counted."""
    torch.manual_seed(0)
    network = UNet(3, 1, 6, channels=(16, 32, 64, 128), strides=((2, 2, 1),) * 3)
    optimizer = torch.optim.Adam(network.parameters())
    skipped = 4
    subjects = Subjects(scan, transform, 2 * (steps + skipped))
    for step, batch in enumerate(DataLoader(subjects, batch_size=2, num_workers=2)):
        if step == skipped:
            start = time.perf_counter()
        loss = torch.nn.functional.cross_entropy(network(batch["image"].float()), batch["label"][:, 0].long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return steps / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="calls of each transform")
    parser.add_argument("--steps", type=int, default=40, help="steps of each loop")
    parser.add_argument("--rounds", type=int, default=3, help="loops with each transform")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    scan = make_phantom(1, scar=False, shape=(256, 256, 10), spacing=(1.4, 1.4, 10.0))
    with tempfile.TemporaryDirectory() as scratch:
        forms = prepare(Path(scratch), scan)
        ms = time_transforms(scan, forms, arguments.runs)
        bias, elastic = ms["torchio RandomBiasField"], ms["torchio RandomElasticDeformation"]
        print(f"| {'transform':34} | {'ms':>8} | {'/ bias':>7} | {'/ elastic':>9} | allowed |")
        print(f"|{'-' * 36}|{'-' * 10}|{'-' * 9}|{'-' * 11}|---------|")
        for name, value in ms.items():
            reference, most = ALLOWED.get(name, (name, 1.0))
            met = "" if name not in ALLOWED else "yes" if value <= most * ms[reference] else "NO"
            print(f"| {name:34} | {value:8.2f} | {value / bias:7.3f} | {value / elastic:9.3f} | {met:7} |")

        loops: dict[str, list[float]] = {name: [] for name in ("none", *forms)}
        for _ in range(arguments.rounds):
            for name, rates in loops.items():
                transform = None if name == "none" else ScarSynthesizer(**forms[name])
                rates.append(steps_per_second(scan, transform, arguments.steps))
        none = statistics.median(loops["none"])
        print(f"\n| {'transform in two workers':34} | steps/s |   drop |\n|{'-' * 36}|---------|--------|")
        for name, rates in loops.items():
            rate = statistics.median(rates)
            print(f"| {name:34} | {rate:7.2f} | {100 * (1 - rate / none):5.1f}% |")


if __name__ == "__main__":
    main()
