"""How real the scars of generators look: every patient's scar painted again inside its own mask, and judged.

    python benchmarks/generators.py DATASET --split DIR
    claim-aug bank build DIR/train bank.safetensors
    claim-aug train DIR/train model
    python benchmarks/generators.py DIR/test --segmenter DIR/train \\
        --generators signal,transplant:bank.safetensors,ddpm,ddpm:model,ddpm:model@sampler=repaint

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. ``--split`` parts its patients
with scar into two thirds to learn from and a third that no generator sees. Background and mask stay, so only the
rendering can give a scar away. Options of a generator follow it after ``@``. The row ``real`` compares one half of the
patients with the other: what chance alone gives.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.adherence import Segmenter
from claim_aug.evaluation.background import background_change
from claim_aug.evaluation.intensity import intensity_distance
from claim_aug.evaluation.realism import patient_folds, realism
from claim_aug.evaluation.scar_set import ScarSet
from claim_aug.evaluation.seam import seam
from claim_aug.evaluation.texture_distance import texture_distance
from claim_aug.phantom.other_scanner import OtherScanner, on_other_scanner, sample_scanner, zero_filled

COLUMNS = "generator | s/slice | Wasserstein, SD | texture | seam | CNN AUC (95 %) | 5 SD | FWHM | U-Net | changed"


@dataclass(frozen=True)
class Patient:
    """A scarred ventricle: its files, its scan and its labels, (I, J, K)."""

    case: Case
    image: NDArray[np.generic]
    labels: NDArray[np.generic]
    anatomy: LVAnatomy

    def judge(self, image: NDArray[np.generic], into: ScarSet, segment: Segmenter | None) -> None:
        into.add(self.case.name, image[self.anatomy.box].astype(np.float64), self.anatomy, segment=segment)


def read_patients(dataset: Path, most: int | None = None) -> list[Patient]:
    """The patients that have scar, cut down to ``most`` slices with scar each."""
    found = []
    for case in find_cases(dataset):
        image, labels, anatomy = case.image, case.labels, case.ventricle("emidec")
        if most is not None and anatomy.scar.any():
            across, kept = anatomy.orientation.through_plane, fewer_slices(anatomy, most)
            image, labels = (np.take(volume, kept, across) for volume in (image, labels))
            anatomy = LVAnatomy.from_labels(labels, "emidec", image=image, through_plane=across)
        found.append(Patient(case, image, labels, anatomy))
    return [patient for patient in found if patient.anatomy.scar.any()]


def on_scanner(patient: Patient, scanner: OtherScanner, factor: float, seed: int) -> Patient:
    """The patient as another scanner shows them, on a grid so many times finer, in whole numbers of 16 bits."""
    across = patient.anatomy.orientation.through_plane
    shown = on_other_scanner(patient.image, patient.anatomy, scanner, np.random.default_rng(seed))
    image, labels = zero_filled(shown, patient.labels, factor, through_plane=across)
    image = np.rint(1000 * np.clip(image, 0, None)).astype(np.int16)
    anatomy = LVAnatomy.from_labels(labels, "emidec", image=image, through_plane=across)
    return replace(patient, image=image, labels=labels, anatomy=anatomy)


def fewer_slices(anatomy: LVAnatomy, most: int) -> NDArray[np.intp]:
    """At most so many slices with scar, spread over the scar."""
    scarred = np.flatnonzero(anatomy.on_grid(anatomy.scar).any(anatomy.orientation.in_plane))
    return scarred[np.unique(np.linspace(0, len(scarred) - 1, most).round().astype(int))]


def lay_out(patients: list[Patient], folder: Path, apart: int) -> None:
    """``train`` and ``test``, the third ``apart``, as data sets of links to the patients' files."""
    third = patient_folds(np.array([patient.case.name for patient in patients]), 3, 0)
    for patient, fold in zip(patients, third, strict=True):
        for kind in ("images", "labels"):
            part = folder / ("test" if fold == apart else "train") / kind
            part.mkdir(parents=True, exist_ok=True)
            for path in getattr(patient.case, f"{kind[:-1]}_paths"):
                (part / path.name).symlink_to(path.resolve())


def parsed(generator: str) -> tuple[str, dict[str, Any]]:
    """``ddpm:model@sampler=repaint`` as a name and its options."""
    name, *options = generator.split("@")
    pairs = (option.partition("=") for option in options)
    return name, {key: json.loads(value) if value[:1].isdigit() else value for key, _, value in pairs}


def trained_segmenter(dataset: Path) -> Segmenter:
    """A network that has learnt from a folder of labelled scans, as what finds scar in a region."""
    import torch

    from claim_aug.data.dataset import iter_cases
    from claim_aug.segmentation.fit import fit_segmenter
    from claim_aug.segmentation.predict import find_scar
    from claim_aug.segmentation.windows import class_map, cut_windows, join_windows

    cases = iter_cases(find_cases(dataset), "emidec", look_in_image=False, warn=False)
    windows = join_windows(cut_windows(case.region(heart), class_map(heart), heart) for case, heart in cases)
    return partial(find_scar, fit_segmenter(windows, torch.device("cpu")))


def painted_again(
    generator: str, patients: list[Patient], paintings: int, segment: Segmenter | None
) -> tuple[ScarSet, float, int]:
    """Every scar rendered anew in its own mask and judged, some times over; seconds, and voxels changed outside it."""
    judged, changed, seconds = ScarSet(), 0, 0.0
    name, options = parsed(generator)
    for seed, patient in enumerate(paintings * patients):
        painter = ScarSynthesizer("manual", name, existing="replace", mask=patient.labels, **options)
        start = time.perf_counter()
        sample = painter.sample(patient.image, patient.labels, seed=seed, anatomy=patient.anatomy)
        seconds += time.perf_counter() - start
        scar = patient.anatomy.on_grid(patient.anatomy.scar)
        changed += background_change(patient.image, sample.image, scar).voxels
        patient.judge(sample.image, judged, segment)
    return judged, seconds, changed


def row(name: str, seconds: str, one: ScarSet, reference: ScarSet, auc: str, whole: ScarSet, changed: str) -> str:
    """A line of the table: ``one`` as far from ``reference``, and the Dice of ``whole``."""
    distance = intensity_distance(one.every_intensity, reference.every_intensity)
    look = texture_distance(np.array(one.textures), np.array(reference.textures))["mean"]
    edge = seam(np.array(one.borders), np.array(reference.borders))
    dices = [f"{np.mean(found):.2f}" if found else "" for found in (whole.five_sd, whole.fwhm, whole.segmenter)]
    return (
        f"| {name} | {seconds} | {distance:.2f} | {look:.2f} | {edge:.2f} | {auc} | {' | '.join(dices)} | {changed} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="signal,ddpm", help="names with arguments, separated by commas")
    parser.add_argument("--stages", nargs="+", choices=("metrics", "cnn"), default=("metrics", "cnn"))
    parser.add_argument("--segmenter", type=Path, metavar="DIR", help="train a U-Net on these scans and ask it, too")
    parser.add_argument("--slices", type=int, help="at most so many of a patient; all where not given")
    parser.add_argument(
        "--paintings", type=int, default=1, help="of every scar, for all but the networks, which see the first"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="networks that tell real from painted; their mean is shown"
    )
    parser.add_argument("--scanner", type=int, metavar="SEED", help="show the patients as a simulated scanner would")
    parser.add_argument("--split", type=Path, metavar="DIR", help="lay out patients to train and to test on, and stop")
    parser.add_argument("--fold", type=int, default=0, choices=range(3), help="the third that ``--split`` sets apart")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    patients = read_patients(arguments.dataset, arguments.slices)
    if arguments.scanner is not None:
        rng = np.random.default_rng(arguments.scanner)
        scanner, factor = sample_scanner(rng), float(rng.uniform(1, 2.2))
        print(f"{scanner}, grid {factor:.2f} times finer")
        patients = [on_scanner(patient, scanner, factor, seed) for seed, patient in enumerate(patients)]
    if arguments.split:
        lay_out(patients, arguments.split, arguments.fold)
        return
    segment = None
    if arguments.segmenter:
        segment = trained_segmenter(arguments.segmenter)
    real, *halves = ScarSet(), ScarSet(), ScarSet()
    for patient, half in zip(patients, itertools.cycle(halves), strict=False):
        patient.judge(patient.image, real, segment)
        patient.judge(patient.image, half, None)
    print(f"{len(patients)} patients, {len(real.crops)} slices with scar\n\n| {COLUMNS} |\n|{'---|' * 10}")
    print(row("real", "", *halves, "", real, ""), flush=True)
    for generator in arguments.generators.split(","):
        judged, seconds, changed = painted_again(generator, patients, arguments.paintings, segment)
        told = ""
        if "cnn" in arguments.stages:
            seeds = range(arguments.seeds)
            first = judged.crops[: len(real.crops)]
            found = [realism(real.crops, first, real.patients, seed=seed) for seed in seeds]
            auc, low, high = (float(np.mean([getattr(one, name) for one in found])) for name in ("auc", "low", "high"))
            told = f"{auc:.2f} ({low:.2f}-{high:.2f})"
        pace = f"{seconds / len(judged.crops):.3f}"
        print(row(generator, pace, judged, real, told, judged, str(changed)), flush=True)


if __name__ == "__main__":
    main()
