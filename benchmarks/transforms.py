"""Milliseconds of our transforms beside those that pipelines already use, on one subject, and their cost in a loop.

    python benchmarks/transforms.py

One thread, phantoms of 256 x 256 x 10. The transforms take turns, so that whatever else the machine does falls on all
of them alike. Each is given as a median of CPU time, and as a ratio to RandomBiasField and to RandomElasticDeformation.

The loop trains a small U-Net with two workers, with and without the transform, in turns: 0.5 million weights, two
crops of 128 x 128 x 8 a step. A larger network would hide more of the cost. Steps a second depend on how busy the
machine is; CPU time a step, of the main process and of the workers, hardly does. Where no core is idle, a step takes
longer by as much. Eight patients come again and again; "new patients" forgets them each time, as the
first epoch does.
"""

from __future__ import annotations

import argparse
import os
import resource
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
from claim_aug.anatomy.cache import ANATOMY_CACHE, LIMIT_BYTES
from claim_aug.integrations.torchio import ScarSynthesizer
from claim_aug.jobs.bank import build_bank
from claim_aug.jobs.pool import build_pool
from claim_aug.phantom import make_phantom, write_emidec

KEYS = ("image", "label")
NEW = ", new patient"
#: What the issue allows: at most so many times the reference.
ALLOWED = {
    "claim_aug smile + signal": ("torchio RandomElasticDeformation", 0.5),
    "claim_aug smile + transplant": ("torchio RandomBiasField", 1.0),
    "claim_aug pool": ("torchio RandomBiasField", 1.0),
}


def prepare(folder: Path, scans: list[Any]) -> dict[str, dict[str, Any]]:
    """A bank of eight phantoms and a pool of the scans; the parameters of each of our forms."""
    for seed in range(8):
        write_emidec(make_phantom(seed, scar=True, shape=(96, 96, 7)), folder / "patients", f"Case_{seed}")
    build_bank(folder / "patients", folder / "bank.safetensors", LabelScheme.parse("phantom"))
    for number, scan in enumerate(scans):
        write_emidec(scan, folder / "scans", f"Case_{number}")
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
    """Median milliseconds of CPU time of every transform, after one call that is not counted."""
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
        if "pool" not in parameters:
            work[name + NEW] = work[name]
    times: dict[str, list[float]] = {name: [] for name in work}
    for run in range(runs + 1):
        for name, call in work.items():
            if name.endswith(NEW):
                ANATOMY_CACHE.kept.clear()
            start = time.process_time()
            call()
            if run:
                times[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in times.items()}


class Subjects(Dataset):
    """Scans in turn, as tensors, through a transform."""

    def __init__(self, scans: list[Any], transform: Any, length: int) -> None:
        self.subjects, self.transform, self.length = [subject_of(scan) for scan in scans], transform, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        subject = self.subjects[index % len(self.subjects)]
        subject = self.transform(subject) if self.transform else subject
        # A crop of the middle, as a loop on one thread can bear.
        return {key: subject[key].data[:, 64:192, 64:192, :8] for key in KEYS}


def cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def train(scans: list[Any], transform: Any, steps: int) -> tuple[float, float]:
    """Steps a second, and milliseconds of CPU time a step, of a small U-Net with two subjects a step and two workers.

    The clock runs while workers are ahead by as much at the end as at the beginning: what they prepare before it, and
    what they prepare in vain, is the same. CPU time is that of the whole loop.
    """
    torch.manual_seed(0)
    network = UNet(3, 1, 6, channels=(16, 32, 64, 128), strides=((2, 2, 1),) * 3)
    optimizer = torch.optim.Adam(network.parameters())
    # Two rounds of the patients first: then both workers have met all that they will meet.
    skipped, ahead = len(scans), 4
    used = cpu_seconds()
    subjects = Subjects(scans, transform, 2 * (skipped + steps + ahead))
    for step, batch in enumerate(DataLoader(subjects, batch_size=2, num_workers=2)):
        if step == skipped:
            start = time.perf_counter()
        if step == skipped + steps:
            rate = steps / (time.perf_counter() - start)
        loss = torch.nn.functional.cross_entropy(network(batch["image"].float()), batch["label"][:, 0].long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return rate, 1000 * (cpu_seconds() - used) / (skipped + steps + ahead)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="calls of each transform")
    parser.add_argument("--steps", type=int, default=40, help="steps of each loop")
    parser.add_argument("--rounds", type=int, default=3, help="loops with each transform")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    scans = [make_phantom(seed, scar=False, shape=(256, 256, 10), spacing=(1.4, 1.4, 10.0)) for seed in range(1, 9)]
    with tempfile.TemporaryDirectory() as scratch:
        forms = prepare(Path(scratch), scans)
        ms = time_transforms(scans[0], forms, arguments.runs)
        bias, elastic = ms["torchio RandomBiasField"], ms["torchio RandomElasticDeformation"]
        print(f"| {'transform':42} | {'ms':>8} | {'/ bias':>7} | {'/ elastic':>9} | allowed |")
        print(f"|{'-' * 44}|{'-' * 10}|{'-' * 9}|{'-' * 11}|---------|")
        for name, value in ms.items():
            reference, most = ALLOWED.get(name, (name, 1.0))
            met = "" if name not in ALLOWED else "yes" if value <= most * ms[reference] else "NO"
            print(f"| {name:42} | {value:8.2f} | {value / bias:7.3f} | {value / elastic:9.3f} | {met:7} |")

        loops: dict[str, list[tuple[float, float]]] = {"none": []}
        loops |= {name: [] for form in forms for name in ((form,) if form.endswith("pool") else (form, form + NEW))}
        for _ in range(arguments.rounds):
            for name, found in loops.items():
                ANATOMY_CACHE.limit = 0 if name.endswith(NEW) else LIMIT_BYTES
                transform = None if name == "none" else ScarSynthesizer(**forms[name.removesuffix(NEW)])
                found.append(train(scans, transform, arguments.steps))
        none = [statistics.median(column) for column in zip(*loops["none"], strict=True)]
        print(f"\n| {'transform in two workers':42} | steps/s |   drop | CPU ms/step | growth |")
        print(f"|{'-' * 44}|---------|--------|-------------|--------|")
        for name, found in loops.items():
            rate, used = (statistics.median(column) for column in zip(*found, strict=True))
            print(
                f"| {name:42} | {rate:7.2f} | {100 * (1 - rate / none[0]):5.1f}% | {used:11.1f} | "
                f"{100 * (used / none[1] - 1):5.1f}% |"
            )


if __name__ == "__main__":
    main()
