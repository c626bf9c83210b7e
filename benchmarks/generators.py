"""How real the scars of generators look: every patient's scar painted again inside its own mask, and judged.

    python benchmarks/generators.py DATASET --split DIR
    claim-aug bank build DIR/train bank.safetensors
    claim-aug train DIR/train model
    python benchmarks/generators.py DIR/test \\
        --generators signal,transplant:bank.safetensors,ddpm,ddpm:model,ddpm:model@sampler=repaint

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. ``--split`` parts its patients
with scar into two thirds to learn from and a third that no generator sees. Background and mask stay, so only the
rendering can give a scar away. Options of a generator follow it after ``@``. The row ``real`` compares one half of the
patients with the other: what chance alone gives. All numbers are those of ``claim-aug evaluate``, but for the AUC of a
network that compares each slice with itself, which needs pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from patients import lay_out

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.background import background_change
from claim_aug.evaluation.evaluate_sets import evaluate_sets
from claim_aug.evaluation.realism import realism
from claim_aug.evaluation.scan_scar import ScanScar, measure_scar
from claim_aug.jobs.evaluate import judges
from claim_aug.phantom.other_scanner import OtherScanner, on_other_scanner, sample_scanner, zero_filled
from claim_aug.segmentation import SHIPPED

#: Columns of the table that are metrics of ``claim-aug evaluate``, and their names there.
METRICS = {
    "brightness, SD": "brightness",
    "texture, SD": "texture",
    "seam": "seam",
    "kernel": "kernel",
    "AUC": "auc",
    "5 SD": "adherence_5sd",
    "FWHM": "adherence",
    "segmenter": "adherence_net",
    "copies": "copies",
}


@dataclass(frozen=True)
class Patient:
    """A scarred ventricle: its files, its scan and its labels, (I, J, K)."""

    case: Case
    image: NDArray[np.generic]
    labels: NDArray[np.generic]
    anatomy: LVAnatomy

    def measure(self, image: NDArray[np.generic], tools: dict[str, Any], changed: int | None = None) -> ScanScar:
        name, region = self.case.name, image[self.anatomy.box].astype(np.float64)
        return measure_scar(name, name, region, self.anatomy, changed_outside=changed, crops=True, **tools)


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


def parsed(generator: str) -> tuple[str, dict[str, Any]]:
    """``ddpm:model@sampler=repaint`` as a name and its options."""
    name, *options = generator.split("@")
    pairs = (option.partition("=") for option in options)
    return name, {key: json.loads(value) if value[:1].isdigit() else value for key, _, value in pairs}


def painted_again(
    generator: str, patients: list[Patient], paintings: int, tools: dict[str, Any]
) -> tuple[list[ScanScar], float]:
    """Every scar rendered anew in its own mask and measured, some times over; seconds."""
    found, seconds = [], 0.0
    name, options = parsed(generator)
    for seed, patient in enumerate(paintings * patients):
        painter = ScarSynthesizer("manual", name, existing="replace", mask=patient.labels, **options)
        start = time.perf_counter()
        sample = painter.sample(patient.image, patient.labels, seed=seed, anatomy=patient.anatomy)
        seconds += time.perf_counter() - start
        scar = patient.anatomy.on_grid(patient.anatomy.scar)
        found.append(patient.measure(sample.image, tools, background_change(patient.image, sample.image, scar).voxels))
    return found, seconds


def row(name: str, seconds: str, scars: list[ScanScar], reference: list[ScanScar], told: str) -> str:
    """A line of the table: ``scars`` judged against ``reference``."""
    metrics, _ = evaluate_sets(scars, reference, leaks=(), resamples=1, permutations=1)
    values = {metric.name: metric.value for metric in metrics}
    cells = ["" if values[key] is None else f"{values[key]:.2f}" for key in METRICS.values()]
    changed = "" if values["changed"] is None else f"{values['changed']:.0f}"
    return f"| {' | '.join([name, seconds, *cells, told, changed])} |"


def cnn_auc(real: list[ScanScar], painted: list[ScanScar], seeds: int) -> str:
    """How well a network tells each slice from the same slice painted again, the mean over some networks."""
    one, other = (np.concatenate([scar.slices.crops for scar in scars]) for scars in (real, painted))
    names = [name for scar in real for name in scar.slices.patients]
    found = [realism(one, other, names, seed=seed) for seed in range(seeds)]
    auc, low, high = (float(np.mean([getattr(one, name) for one in found])) for name in ("auc", "low", "high"))
    return f"{auc:.2f} ({low:.2f}-{high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="signal,ddpm", help="names with arguments, separated by commas")
    parser.add_argument("--stages", nargs="+", choices=("metrics", "cnn"), default=("metrics", "cnn"))
    parser.add_argument("--segmenter", type=Path, default=SHIPPED, metavar="FOLDER", help="what looks for the scar")
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
        lay_out([patient.case for patient in patients], arguments.split, 3, arguments.fold)
        return
    tools = judges(arguments.segmenter)
    real = [patient.measure(patient.image, tools) for patient in patients]
    slices = sum(len(scar.slices.crops) for scar in real)
    columns = ["generator", "s/slice", *METRICS, "CNN AUC (95 %)", "changed"]
    print(f"{len(patients)} patients, {slices} slices with scar\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    print(row("real", "", real[::2], real[1::2], ""), flush=True)
    for generator in arguments.generators.split(","):
        painted, seconds = painted_again(generator, patients, arguments.paintings, tools)
        told = cnn_auc(real, painted[: len(real)], arguments.seeds) if "cnn" in arguments.stages else ""
        print(row(generator, f"{seconds / slices / arguments.paintings:.3f}", painted, real, told), flush=True)


if __name__ == "__main__":
    main()
