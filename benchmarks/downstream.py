"""Whether synthetic scar helps a segmenter on real patients: one fold after another, arm by arm, in stages that resume.

    python benchmarks/downstream.py DATASET OUT --arms usual signal:NP ddpm:NP --sizes 10,all --folds 0,1,2 --seeds 0
    python benchmarks/downstream.py DATASET OUT --arms ... --table

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. Patients are parted into three
folds; an arm learns from its own patients of two of them, with a given number of scarred ones and all normals, and is
judged on the third. Synthetic scar is made of the arm's own patients; see ``study/arms.py`` for how arms are spelled. A
run that is there is not run again, so the command may be cut off, and two of them may share the work.

The first arm is the reference. Without synthetic scar it is given for each size at the step where it was best on the
very patients it is judged on, which favours it; every other arm is given at the last step.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import tempfile
import time
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from study.arms import Arm, recipients, synthesised
from study.comparison import Scores, equally_bold, false_scar, mvo_dice, normals_of, paired, scar_dice
from study.data import Patient, parted, read_patients, windows_of
from study.score import judged, mean_of

from claim_aug.optimisation.device import find_device
from claim_aug.optimisation.plan import Plan
from claim_aug.segmentation.augment import sample_plan
from claim_aug.segmentation.fit import LR, Training, fresh_network
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, join_windows

COPIES = 8
#: Factors of scar's share, tried on the last network: below 1, scar is called only where the network is surer of it,
#: above 1 where it is less sure.
CAUTIONS = (1.0, 3.0, 2.0, 1.4, 0.7, 0.5, 0.35, 0.25, 0.15)
COLUMNS = (
    "arm | runs | scar Dice | gain (95 %) | false scar of normals, %LV | change (95 %) "
    "| gain at equal false scar (95 %) | normals above 1 % | MVO Dice | with empty"
)


@dataclass(frozen=True)
class Schedule:
    """How long a training is.

    Attributes:
        steps: number of batches.
        judged: steps after which the network is judged.
        turn: largest angle in degrees by which windows are turned.
    """

    steps: int = 2400
    judged: tuple[int, ...] = (800, 1600, 2400)
    turn: float = 180.0


@dataclass(frozen=True)
class Run:
    """One training of one arm."""

    arm: Arm
    size: int | None
    fold: int
    seed: int
    schedule: Schedule
    inner: bool

    @property
    def patients(self) -> str:
        """Names the patients that it learns from."""
        return f"n{counted(self.size)}-{'i' if self.inner else 'f'}{self.fold}-s{self.seed}"

    @property
    def judged(self) -> tuple[int, ...]:
        """Steps after which it is judged; only a reference may be stopped at its best."""
        return (self.schedule.steps,) if self.arm.synthetic else self.schedule.judged

    def path(self, out: Path) -> Path:
        turn = "" if self.schedule.turn == Schedule.turn else f"-turn{self.schedule.turn:g}"
        return out / "runs" / f"{named(self.arm.text)}-{self.patients}-t{self.schedule.steps}{turn}.json"


def counted(size: int | None) -> str:
    """How many patients with scar, as a word; none of them is not all of them."""
    return "all" if size is None else str(size)


def named(text: str) -> str:
    """A spelling of an arm as a file's name."""
    plain = "".join(sign if sign.isalnum() or sign in "=.," else "_" for sign in text)
    return plain if len(plain) < 60 else f"{plain[:50]}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def synthetic_of(run: Run, part: Arm, learn: Sequence[Patient], out: Path) -> Windows:
    """One kind of the arm's synthetic slices, made once: for all runs, for all that hold a patient, or for this run."""
    folder = out / "synthetic"
    if part.generator == "phantom":
        return kept(folder / f"{named(part.text)}.npz", run, part, learn)
    if part.by_patient:
        # Whoever the recipients are, a patient gets the same scars; only those in place of its own (R) are others.
        folder /= named(part.text if part.source == "R" else part.text.replace(f":{part.source}", "", 1))
        return join_windows(
            kept(folder / f"{patient.name}-s{run.seed}.npz", run, part, [patient])
            for patient in recipients(part, learn)
        )
    return kept(folder / f"{named(part.text)}-{run.patients}.npz", run, part, learn)


def kept(path: Path, run: Run, part: Arm, learn: Sequence[Patient]) -> Windows:
    """Slices of a file, which is made where there is none."""
    if not path.exists():
        with tempfile.TemporaryDirectory() as scratch:
            fold = {"fold": run.fold, "size": counted(run.size), "seed": run.seed}
            part = replace(part, model=part.model.format(**fold))
            made = synthesised(part, learn, COPIES, run.seed, Path(scratch))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(temporary, images=made.images.astype(np.float16), classes=made.classes)
        temporary.replace(path)
    with np.load(path) as file:
        return Windows(file["images"].astype(np.float32), file["classes"])


def perform(runs: Sequence[Run], patients: list[Patient], out: Path, device: torch.device) -> None:
    """Train side by side, judge at every step that is asked for, write."""
    start = time.perf_counter()
    parts = [parted(patients, run.fold, run.size, run.seed, inner=run.inner) for run in runs]
    trainings = [training_of(run, learn, out, device) for run, (learn, _) in zip(runs, parts, strict=True)]
    made = time.perf_counter() - start
    scores: list[dict[str, Any]] = [{} for _ in runs]

    def judge(number: int, step: int) -> None:
        if step in runs[number].judged:
            cautions = CAUTIONS if step == runs[number].schedule.steps else (1.0,)
            found = judged(trainings[number].class_shares, parts[number][1], cautions)
            scores[number] |= {moment(step, caution): own for caution, own in zip(cautions, found, strict=True)}

    for step in range(1, runs[0].schedule.steps + 1):
        for number, training in enumerate(trainings):
            training.step()
            judge(number, step)
    seconds = {"making": made, "all": time.perf_counter() - start, "side by side": len(runs)}
    for run, (learn, _), found in zip(runs, parts, scores, strict=True):
        write(run, found, out, {"patients": len(learn), "seconds": seconds, "device": device.type})


def training_of(run: Run, learn: Sequence[Patient], out: Path, device: torch.device) -> Training:
    """Real and synthetic slices, and what is drawn of them."""
    real = join_windows(windows_of(patient) for patient in learn)
    synthetic = [synthetic_of(run, part, learn, out).with_scar_from(run.arm.least) for part in run.arm.parts]
    steps, arm = run.schedule.steps, run.arm
    batches = sample_plan(
        real, steps, np.random.default_rng(run.seed), synthetic=synthetic, ratio=arm.ratio, fade=arm.fade,
        scarred=arm.scarred, augment=arm.generator != "plain", turn=run.schedule.turn,
    )  # fmt: skip
    training = Training(fresh_network(UNetConfig(), run.seed), Plan(steps, lr=LR), device)
    return training.show(join_windows([real, *synthetic]), batches)


def write(run: Run, scores: dict[str, Any], out: Path, more: dict[str, Any]) -> None:
    """Keep a run's scores."""
    record = {"arm": run.arm.text, "size": run.size, "fold": run.fold, "seed": run.seed, "scores": scores, **more}
    path = run.path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.writing")
    temporary.write_text(json.dumps(record))
    temporary.replace(path)
    told = ", ".join(f"{step}: {mean_of(found, 'scar'):.3f}" for step, found in scores.items())
    last = scores[str(run.schedule.steps)]
    missed = ", ".join(f"{mean_of(last, name):.0f} % {name}" for name in ("as blood", "as wall"))
    print(f"{path.stem}  Dice {told}; of scar, {missed}  ({more['seconds']['all']:.0f} s)", flush=True)


def moment(step: int, caution: float) -> str:
    """What a network's scores are filed under."""
    return str(step) if caution == 1 else f"{step} x {caution}"


def runs_of(arguments: argparse.Namespace, arm: Arm, size: int | None) -> Iterator[Run]:
    """Every fold and seed of an arm."""
    for seed, fold in itertools.product(arguments.seeds, arguments.folds):
        yield Run(arm, size, fold, seed, arguments.schedule, arguments.inner)


def scores_of(arguments: argparse.Namespace, arm: Arm, size: int | None) -> dict[tuple[int, int], dict[str, Any]]:
    """Scores of an arm's runs that are there, by fold and seed."""
    paths = {(run.fold, run.seed): run.path(arguments.out) for run in runs_of(arguments, arm, size)}
    return {key: json.loads(path.read_text())["scores"] for key, path in paths.items() if path.exists()}


def best_step(arguments: argparse.Namespace, found: Collection[dict[str, Any]]) -> str:
    """The step after which the first arm's runs are best."""
    judged = next(runs_of(arguments, arguments.arms[0], None)).judged
    return max(map(str, judged), key=lambda step: scar_dice([scores[step] for scores in found]))


def table(arguments: argparse.Namespace) -> None:
    """Print what is there."""
    first = arguments.arms[0]
    for size in arguments.sizes:
        print(f"\n{counted(size)} patients with scar\n")
        print(f"| {COLUMNS} |\n|{'---|' * len(COLUMNS.split('|'))}")
        compared = scores_of(arguments, first, size if arguments.against is None else arguments.against)
        best = best_step(arguments, compared.values()) if compared else ""
        for arm in arguments.arms:
            found = scores_of(arguments, arm, size)
            both = [key for key in found if key in compared]
            if both:
                last = moment(arguments.schedule.steps, arguments.caution)
                step = best_step(arguments, found.values()) if arm is first else last
                print(row(arm, [found[key] for key in both], [compared[key][best] for key in both], step))


def row(arm: Arm, found: Sequence[dict[str, Any]], reference: Sequence[Scores], step: str) -> str:
    """An arm's line of the table: its runs' scores at a step, beside those of the reference's same runs."""
    own = [scores[step] for scores in found]
    gain, change = paired(own, reference, "scar"), paired(normals_of(own), normals_of(reference), "burden")
    shared = set.intersection(*map(set, found))
    moments = [one for one in shared if one.split()[0] == step.split()[0]]  # of every caution that all were judged with
    fair = equally_bold([[scores[one] for scores in found] for one in moments], false_scar(reference)[0])
    wall, share = false_scar(own)
    cells = (
        arm.text, len(own), f"{scar_dice(own):.3f}", "{:+.3f} ({:+.3f} to {:+.3f})".format(*gain),
        f"{wall:.2f}", "{:+.2f} ({:+.2f} to {:+.2f})".format(*change),
        "{:+.3f} ({:+.3f} to {:+.3f})".format(*paired(fair, reference, "scar")) if fair else "", f"{share:.2f}",
        *(f"{mvo_dice(own, empty=empty):.3f}" for empty in (False, True)),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def share(text: str) -> tuple[int, int]:
    """Which part of how many, from ``0/4``."""
    part, _, parts = text.partition("/")
    return int(part), int(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path, help="folder of runs and synthetic slices")
    parser.add_argument("--arms", nargs="+", type=Arm.parse, required=True, help="the first is the reference")
    parser.add_argument("--sizes", default="10,all", help="patients with scar to learn from")
    parser.add_argument("--folds", default="0,1,2")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--turn", type=float, default=Schedule.turn, help="of usual augmentation: degrees, at most")
    parser.add_argument(
        "--inner", action="store_true", help="part the patients to learn from, to choose a ratio by them"
    )
    parser.add_argument(
        "--caution", type=float, default=1.0, choices=CAUTIONS, help="of the table's arms but the first"
    )
    parser.add_argument("--device", help="cpu or cuda; the fastest there is")
    parser.add_argument("--together", type=int, default=1, help="runs that are trained side by side, on a GPU")
    parser.add_argument(
        "--share", type=share, default=(0, 1), metavar="K/N", help="every Nth run from the Kth, for several processes"
    )
    parser.add_argument("--against", type=int, help="patients with scar of the table's reference; as many by default")
    parser.add_argument("--table", action="store_true", help="print what is there, run nothing")
    arguments = parser.parse_args()
    arguments.sizes = [None if size == "all" else int(size) for size in arguments.sizes.split(",")]
    for name in ("folds", "seeds"):
        setattr(arguments, name, [int(one) for one in getattr(arguments, name).split(",")])
    sixths = [round(arguments.steps * sixth / 6) for sixth in range(1, 7)]
    arguments.schedule = Schedule(arguments.steps, tuple(sixths), arguments.turn)
    if arguments.table:
        table(arguments)
        return
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    patients = read_patients(arguments.dataset)
    sets = itertools.product(arguments.sizes, arguments.arms)
    runs = [run for size, arm in sets for run in runs_of(arguments, arm, size)]
    part, parts = arguments.share
    missing = [run for run in runs[part::parts] if not run.path(arguments.out).exists()]
    device = find_device(arguments.device)
    for first in range(0, len(missing), arguments.together):
        perform(missing[first : first + arguments.together], patients, arguments.out, device)


if __name__ == "__main__":
    main()
