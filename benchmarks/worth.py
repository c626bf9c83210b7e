"""What a start is worth in labelled patients: from scratch against the start that never saw one, in stages that resume.

    python benchmarks/worth.py DATASET OUT --sizes 3,10,20,all --folds 0,1,2 --seeds 0,1,2
    python benchmarks/worth.py DATASET OUT --sizes 3,10,20,all --table

DATASET is a folder of labelled scans with EMIDEC's label values. Patients are parted into three folds; an arm learns
from a number of patients with scar and all patients without of two folds, and is judged on the third, in the scans' own
voxels. A run that is there is not run again, and several processes may share the work.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from study.data import Patient, parted, read_patients, windows_of
from torch import nn

from claim_aug.anatomy.slices import in_plane
from claim_aug.segmentation import SHIPPED, Segmenter, read_segmenter
from claim_aug.segmentation.calibrate import ANYWHERE, CAUTIONS, WITHIN_WALL, Scores, curve_of, score
from claim_aug.segmentation.fit import fresh_network
from claim_aug.segmentation.tuning import AVERAGES, COURSES, FROM_SCRATCH, Course, averaged, tune
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, class_map

RESAMPLES = 10_000
#: Cautions are interpolated between in logarithms, ascending.
LOG_CAUTIONS = np.log(CAUTIONS[::-1])
Run = dict[str, dict[str, Scores]]


@dataclass(frozen=True)
class Training:
    """One training: where it starts, how long and how fast it goes, and what it learns from."""

    start: str
    course: Course
    size: int | None
    fold: int
    seed: int

    def path(self, out: Path) -> Path:
        patients = f"n{'all' if self.size is None else self.size}-f{self.fold}-s{self.seed}"
        return out / f"{self.start}-{self.course.steps}-{patients}.json"

    @property
    def averages(self) -> tuple[float, ...]:
        """Shares of the start in the average that are judged."""
        return AVERAGES if self.start == "start" else (0.0,)


def perform(training: Training, patients: list[Patient], out: Path, device: torch.device) -> None:
    """Train, judge at every average, write."""
    learn, judges = parted(patients, training.fold, training.size, training.seed)
    start = read_segmenter(SHIPPED).network.to(device)
    begun = start if training.start == "start" else fresh_network(UNetConfig(), training.seed).to(device)
    windows = {patient.name: windows_of(patient) for patient in learn}
    network = tune(begun, windows, training.course, device, seed=training.seed)
    found = {share: judged(averaged(begun, network, share), judges) for share in training.averages}
    write(training.path(out), found)


def judged(network: nn.Module, patients: Sequence[Patient]) -> Run:
    """Scores of every patient in its own voxels, anywhere and within the wall."""
    segmenter, run = Segmenter(network), {}
    for patient in patients:
        anatomy = patient.anatomy
        shares = segmenter.shares(patient.image[anatomy.box].astype(np.float64), anatomy)
        classes = in_plane(class_map(anatomy), anatomy)
        truth = Windows(np.zeros((len(classes), 1, 1, 1), np.float32), classes)
        run[patient.name] = {where: score(shares, truth, where) for where in (ANYWHERE, WITHIN_WALL)}
    return run


def write(path: Path, found: dict[float, Run]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.writing")
    temporary.write_text(json.dumps(found))
    temporary.replace(path)
    for share, run in found.items():
        curve = curve_of([own[ANYWHERE] for own in run.values()])
        dices = f"Dice {curve.dice_at(1):.3f}, false scar {curve.false_scar_at(1):.2f} %LV"
        print(f"{path.stem}, {share:g} of the start: {dices}", flush=True)


def trainings(arguments: argparse.Namespace) -> Iterator[Training]:
    """Every training that was asked for."""
    for size, seed, fold in itertools.product(arguments.sizes, arguments.seeds, arguments.folds):
        for start, courses in (("scratch", FROM_SCRATCH), ("start", COURSES)):
            for course in courses:
                if start in arguments.starts and course.steps <= arguments.longest:
                    yield Training(start, course, size, fold, seed)


@dataclass(frozen=True)
class Arm:
    """All runs of one way of training, patient by patient.

    Attributes:
        scores: scores of every run, by patient; a patient has one for each seed.
    """

    scores: dict[str, list[Scores]]

    @property
    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean Dice and mean false scar for every caution, ascending."""
        found = curve_of([own for runs in self.scores.values() for own in runs])
        return np.array(found.dice)[::-1], np.array(found.false_scar)[::-1]

    def dices(self, false_scar: float | None) -> dict[str, float]:
        """Dice of every patient with scar where normals have so much false scar, %LV, or at caution 1."""
        caution = 0.0
        if false_scar is not None:
            caution = float(np.interp(false_scar, np.maximum.accumulate(self.curve[1]), LOG_CAUTIONS))
        found = {}
        for name, runs in self.scores.items():
            known = [[pair[0] for pair in own][::-1] for own in runs if own[0][0] is not None]
            if known:
                found[name] = float(np.mean([np.interp(caution, LOG_CAUTIONS, own) for own in known]))
        return found


def read_arm(runs: Sequence[Training], share: float, where: str, out: Path) -> Arm | None:
    """The arm of these trainings; ``None`` where one is missing."""
    scores: dict[str, list[Scores]] = {}
    for run in runs:
        if not run.path(out).exists():
            return None
        for name, own in json.loads(run.path(out).read_text())[str(share)].items():
            scores.setdefault(name, []).append(own[where])
    return Arm(scores)


def gain(one: dict[str, float], other: dict[str, float]) -> str:
    """Mean gain in points and its 95 % interval, by a paired bootstrap over patients."""
    values = 100 * np.array([one[name] - other[name] for name in one])
    means = values[np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    return "{:+.1f} ({:+.1f} to {:+.1f})".format(values.mean(), *np.percentile(means, [2.5, 97.5]))


def table(arguments: argparse.Namespace) -> None:
    """Print a row for each arm and size: Dice at its own threshold, and at the false scar that was asked for."""
    every = list(trainings(arguments))
    level = arguments.false_scar
    for where in (ANYWHERE, WITHIN_WALL):
        print(f"\n{where}\npatients | training | Dice | false scar, %LV | Dice at {level:g} %LV | gain (95 %)")
        for size in arguments.sizes:
            of_size = [run for run in every if run.size == size]
            arms = {}
            for start, steps in dict.fromkeys((run.start, run.course.steps) for run in of_size):
                runs = [run for run in of_size if (run.start, run.course.steps) == (start, steps)]
                for share in runs[0].averages:
                    arm = read_arm(runs, share, where, arguments.out)
                    if arm is not None:
                        arms[start, steps, share] = arm
            scratch = {key: arm.dices(level) for key, arm in arms.items() if key[0] == "scratch"}
            best = max(scratch.values(), key=lambda own: np.mean(list(own.values())), default=None)
            for (start, steps, share), arm in arms.items():
                own, equal = arm.dices(None), arm.dices(level)
                false = float(np.interp(0.0, LOG_CAUTIONS, arm.curve[1]))
                named = f"{start}, {steps} steps" + (f", {share:g} of the start" if share else "")
                gained = gain(equal, best) if best and start == "start" else ""
                dices = [float(np.mean(list(values.values()))) for values in (own, equal)]
                print(f"{size or 'all'} | {named} | {dices[0]:.3f} | {false:.2f} | {dices[1]:.3f} | {gained}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path, help="folder for the runs")
    parser.add_argument("--sizes", default="3,10,20,all", help="patients with scar to learn from")
    parser.add_argument("--folds", default="0,1,2")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--starts", default="scratch,start", help="what trainings begin with")
    parser.add_argument("--longest", type=int, default=2400, help="longest training that is run, in steps")
    parser.add_argument("--false-scar", type=float, default=1.0, help="false scar at which arms are compared, %%LV")
    parser.add_argument("--share", default="0/1", metavar="K/N", help="every Nth run from the Kth")
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    arguments = parser.parse_args()
    arguments.sizes = [None if size == "all" else int(size) for size in arguments.sizes.split(",")]
    for name in ("folds", "seeds"):
        setattr(arguments, name, [int(one) for one in getattr(arguments, name).split(",")])
    if arguments.table:
        table(arguments)
        return
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    patients = read_patients(arguments.dataset)
    part, parts = map(int, arguments.share.split("/"))
    for run in list(trainings(arguments))[part::parts]:
        if not run.path(arguments.out).exists():
            perform(run, patients, arguments.out, torch.device("cpu"))


if __name__ == "__main__":
    main()
