"""How real the scars of generators look: every patient's scar painted again inside its own mask, and judged.

    python benchmarks/generators.py DATASET [--generators signal,transplant:bank_{fold}.safetensors]

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. Background and mask stay, so
only the rendering can give a scar away. ``{fold}`` in a generator's name becomes the fold, 0-3, in which a patient is
tested: for a bank or weights of the other folds' patients, which ``--folds DIR`` lays out as ``DIR/0`` to ``DIR/3``.
The row ``real`` compares one half of the patients with the other: what chance alone gives.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.data.dataset import DatasetCase, find_cases, read_stack
from claim_aug.evaluation.background import background_change
from claim_aug.evaluation.intensity import intensity_distance
from claim_aug.evaluation.realism import FOLDS, patient_folds, realism
from claim_aug.evaluation.scar_set import ScarSet
from claim_aug.evaluation.seam import seam
from claim_aug.evaluation.texture_distance import texture_distance

COLUMNS = "generator | s/slice | Wasserstein, SD | texture | seam | CNN AUC (95 %) | Dice 5 SD | Dice FWHM | changed"


@dataclass(frozen=True)
class Patient:
    """A scarred ventricle: its files, its scan and its labels, (I, J, K)."""

    case: DatasetCase
    image: NDArray[np.generic]
    labels: NDArray[np.generic]
    anatomy: LVAnatomy

    def judge(self, image: NDArray[np.generic], into: ScarSet) -> None:
        into.add(self.case.name, image[self.anatomy.box].astype(np.float64), self.anatomy)


def read_patients(dataset: Path) -> list[Patient]:
    """The patients that have scar."""
    found = []
    for case in find_cases(dataset):
        image, stack = read_stack(case.images).data, read_stack(case.labels)
        found.append(Patient(case, image, stack.data, stack.ventricle("emidec", image=image)))
    return [patient for patient in found if patient.anatomy.scar.any()]


def lay_out(patients: list[Patient], folds: NDArray[np.intp], folder: Path) -> None:
    """One data set per fold, of links to the files of all patients but the fold's own."""
    for fold, kind in itertools.product(range(FOLDS), ("images", "labels")):
        (folder / str(fold) / kind).mkdir(parents=True)
        for patient, own in zip(patients, folds, strict=True):
            for path in getattr(patient.case, kind) if own != fold else ():
                (folder / str(fold) / kind / path.name).symlink_to(path.resolve())


def painted_again(generator: str, patients: list[Patient], folds: NDArray[np.intp]) -> tuple[ScarSet, float, int]:
    """Every scar rendered anew in its own mask and judged; seconds, and voxels changed outside the scar."""
    judged, seconds, changed = ScarSet(), 0.0, 0
    for seed, (patient, fold) in enumerate(zip(patients, folds, strict=True)):
        name, scar = generator.replace("{fold}", str(fold)), patient.anatomy.on_grid(patient.anatomy.scar)
        painter = ScarSynthesizer("manual", name, existing="replace", mask=patient.labels)
        start = time.perf_counter()
        sample = painter.sample(patient.image, patient.labels, seed=seed, anatomy=patient.anatomy)
        seconds += time.perf_counter() - start
        changed += background_change(patient.image, sample.image, scar).voxels
        patient.judge(sample.image, judged)
    return judged, seconds, changed


def row(name: str, seconds: str, one: ScarSet, reference: ScarSet, auc: str, whole: ScarSet, changed: str) -> str:
    """A line of the table: ``one`` as far from ``reference``, and the Dice of ``whole``."""
    distance = intensity_distance(one.every_intensity, reference.every_intensity)
    look = texture_distance(np.array(one.textures), np.array(reference.textures))["mean"]
    edge = seam(np.array(one.borders), np.array(reference.borders))
    dices = f"{np.mean(whole.five_sd):.2f} | {np.mean(whole.fwhm):.2f}"
    return f"| {name} | {seconds} | {distance:.2f} | {look:.2f} | {edge:.2f} | {auc} | {dices} | {changed} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="signal", help="names with arguments, separated by commas")
    parser.add_argument("--stages", nargs="+", choices=("metrics", "cnn"), default=("metrics", "cnn"))
    parser.add_argument("--folds", type=Path, metavar="DIR", help="lay out the training patients of each fold and stop")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    patients = read_patients(arguments.dataset)
    folds = patient_folds(np.array([patient.case.name for patient in patients]), FOLDS, 0)
    if arguments.folds:
        lay_out(patients, folds, arguments.folds)
        return
    real, *halves = ScarSet(), ScarSet(), ScarSet()
    for patient, half in zip(patients, itertools.cycle(halves), strict=False):
        patient.judge(patient.image, real)
        patient.judge(patient.image, half)
    print(f"{len(patients)} patients, {len(real.crops)} slices with scar\n\n| {COLUMNS} |\n|{'---|' * 9}")
    print(row("real", "", *halves, "", real, ""), flush=True)
    for generator in arguments.generators.split(","):
        judged, seconds, changed = painted_again(generator, patients, folds)
        found = realism(real.crops, judged.crops, real.patients) if "cnn" in arguments.stages else None
        told = f"{found.auc:.2f} ({found.low:.2f}-{found.high:.2f})" if found else ""
        print(row(generator, f"{seconds / len(real.crops):.3f}", judged, real, told, judged, str(changed)), flush=True)


if __name__ == "__main__":
    main()
