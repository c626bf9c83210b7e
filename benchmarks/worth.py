"""What a start, and synthetic scar, are worth in labelled patients: arms that are compared, in stages that resume.

    python benchmarks/worth.py DATASET OUT --sizes 3,10,20,all --folds 0,1,2 --seeds 0,1,2
    python benchmarks/worth.py DATASET OUT --sizes 3,10,20,all --table

DATASET is a folder of labelled scans with EMIDEC's label values. Patients are parted into three folds; an arm learns
from a number of patients with scar and all patients without of two folds, and is judged on the third, in the scans' own
voxels: as they were scanned, and as a simulated scanner shows them that nothing was learnt from. ``study/arms.py`` says
what the arms are. A run that is there is not run again, and several processes may share the work.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from study.arms import ARMS, EVERYONE, Arm, begun, trained
from study.comparison import Runs, gain, mean
from study.data import Patient, on_another_scanner, parted, read_patients
from torch import nn

from claim_aug.anatomy.slices import in_plane
from claim_aug.optimisation.device import find_device
from claim_aug.segmentation import Segmenter
from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL, Scores, curve_of, score
from claim_aug.segmentation.tuning import Course, averaged
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, class_map

HOME, AWAY = "own scanner", "simulated scanners"
#: Scores by scanner, by patient, by place.
Found = dict[str, dict[str, dict[str, Scores]]]


@dataclass(frozen=True)
class Run:
    """One training: its arm and course, and whom it learns from."""

    arm: Arm
    course: Course
    size: int | None
    fold: int
    seed: int

    def path(self, out: Path) -> Path:
        patients = f"n{'all' if self.size is None else self.size}-f{self.fold}-s{self.seed}"
        return out / f"{self.arm.name}-{self.course.steps}-{patients}.json"


def perform(runs: Sequence[Run], patients: list[Patient], out: Path, device: torch.device, config: UNetConfig) -> None:
    """Train all courses of an arm that begin with the same network, judge at every average, write."""
    first = runs[0]
    learn, judges = parted(patients, first.fold, first.size, first.seed)
    network = begun(first.arm, learn, first.seed, out, device, config)
    for run in runs:
        after = trained(run.arm, network, run.course, learn, run.seed, out, device)
        write(run.path(out), {share: judged(averaged(network, after, share), judges) for share in run.arm.averages})


def judged(network: nn.Module, patients: Sequence[Patient]) -> Found:
    """Scores of every patient in its own voxels, anywhere and within the wall."""
    scanners = {HOME: patients, AWAY: [on_another_scanner(patient) for patient in patients]}
    return {name: {patient.name: scores_of(network, patient) for patient in own} for name, own in scanners.items()}


def scores_of(network: nn.Module, patient: Patient) -> dict[str, Scores]:
    """Scores of one patient, anywhere and within the wall."""
    anatomy = patient.anatomy
    shares = Segmenter(network).shares(patient.image[anatomy.box].astype(np.float64), anatomy)
    classes = in_plane(class_map(anatomy), anatomy)
    truth = Windows(np.zeros((len(classes), 1, 1, 1), np.float32), classes)
    return {where: score(shares, truth, where) for where in (ANYWHERE, WITHIN_WALL)}


def write(path: Path, found: dict[float, Found]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.writing")
    temporary.write_text(json.dumps(found))
    temporary.replace(path)
    for share, run in found.items():
        curve = curve_of([own[ANYWHERE] for own in run[HOME].values()])
        dices = f"Dice {curve.dice_at(1):.3f}, false scar {curve.false_scar_at(1):.2f} %LV"
        print(f"{path.stem}, {share:g} of the start: {dices}", flush=True)


def runs_of(arguments: argparse.Namespace) -> Iterator[list[Run]]:
    """Every run that was asked for, those together that begin with the same network."""
    for size, seed, fold, name in itertools.product(arguments.sizes, arguments.seeds, arguments.folds, arguments.arms):
        courses = ARMS[name].courses(size or EVERYONE)
        if arguments.steps:
            courses = tuple(replace(courses[-1], steps=steps) for steps in arguments.steps)
        yield [Run(ARMS[name], course, size, fold, seed) for course in courses]


def read_runs(runs: Sequence[Run], share: float, scanner: str, where: str, out: Path) -> Runs | None:
    """What these runs reached; ``None`` where one is missing."""
    scores: dict[str, list[Scores]] = {}
    for run in runs:
        if not run.path(out).exists():
            return None
        for name, own in json.loads(run.path(out).read_text())[str(share)][scanner].items():
            scores.setdefault(name, []).append(own[where])
    return Runs(scores)


def table(arguments: argparse.Namespace) -> None:
    """Print a row for each arm and size: Dice at its own threshold, and at the false scar that was asked for."""
    every = list(itertools.chain.from_iterable(runs_of(arguments)))
    level = arguments.false_scar
    for scanner, where in itertools.product((HOME, AWAY), (ANYWHERE, WITHIN_WALL)):
        print(f"\n{scanner}, {where}")
        print(f"| patients | arm | Dice | false scar, %LV | Dice at {level:g} %LV | gain (95 %) |\n" + "|---" * 6 + "|")
        for size in arguments.sizes:
            there: dict[tuple[str, int, float], Runs] = {}
            of_size = [run for run in every if run.size == size]
            for name, steps in dict.fromkeys((run.arm.name, run.course.steps) for run in of_size):
                same = [run for run in of_size if (run.arm.name, run.course.steps) == (name, steps)]
                for share in ARMS[name].averages:
                    found = read_runs(same, share, scanner, where, arguments.out)
                    if found is not None:
                        there[name, steps, share] = found
            scratch = [found.dices(level) for key, found in there.items() if key[0] == "scratch"]
            best = max(scratch, key=mean, default=None)
            for (name, steps, share), found in there.items():
                equal = found.dices(level)
                named = f"{name}, {steps} steps" + (f", {share:g} of the start" if share else "")
                gained = gain(equal, best) if best and name != "scratch" else ""
                numbers = f"{mean(found.dices(None)):.3f} | {found.false_scar:.2f} | {mean(equal):.3f}"
                print(f"| {size or 'all'} | {named} | {numbers} | {gained} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path, help="folder for the runs")
    parser.add_argument("--sizes", default="3,10,20,all", help="patients with scar to learn from")
    parser.add_argument("--folds", default="0,1,2")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--arms", default="scratch,start,own", help=f"of {', '.join(ARMS)}")
    parser.add_argument("--steps", help="lengths of an arm's last course, in place of its own courses: 1600,2400")
    parser.add_argument("--channels", default="16,32,64,96", help="channels of a network with random weights")
    parser.add_argument("--deep-supervision", action="store_true", help="supervise coarser levels of it, too")
    parser.add_argument("--false-scar", type=float, default=1.0, help="false scar at which arms are compared, %%LV")
    parser.add_argument("--share", default="0/1", metavar="K/N", help="every Nth run from the Kth")
    parser.add_argument("--device", help="cpu or cuda; the fastest there is")
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    arguments = parser.parse_args()
    arguments.sizes = [None if size == "all" else int(size) for size in arguments.sizes.split(",")]
    arguments.arms = arguments.arms.split(",")
    arguments.steps = arguments.steps or ""
    for name in ("folds", "seeds", "steps", "channels"):
        setattr(arguments, name, [int(one) for one in getattr(arguments, name).split(",") if one])
    if arguments.table:
        table(arguments)
        return
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    patients = read_patients(arguments.dataset)
    part, parts = map(int, arguments.share.split("/"))
    for runs in list(runs_of(arguments))[part::parts]:
        missing = [run for run in runs if not run.path(arguments.out).exists()]
        if missing:
            config = UNetConfig(tuple(arguments.channels), deep_supervision=arguments.deep_supervision)
            perform(missing, patients, arguments.out, find_device(arguments.device), config)


if __name__ == "__main__":
    main()
