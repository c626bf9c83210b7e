"""A data set in, a segmenter of its patients out: the work behind ``claim-aug finetune``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from claim_aug._version import __version__
from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.data.output_layouts import write_json
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.fingerprint import fingerprint
from claim_aug.optimisation.device import find_device
from claim_aug.optimisation.plan import Progress, Report
from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL, as_table
from claim_aug.segmentation.fit import fresh_network
from claim_aug.segmentation.folder import CONFIG, SHIPPED, read_segmenter, write_segmenter
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.tuning import (
    AVERAGES,
    COURSES,
    FROM_SCRATCH,
    Choice,
    Course,
    Patients,
    averaged,
    best,
    gathered,
    inner_folds,
    judge,
    tune,
)
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, class_map, cut_windows

TRAINING = "training"
NO_START = "none"


@dataclass(frozen=True)
class Finetuned:
    """What came of it.

    Attributes:
        patients: number of patients that were learnt from.
        scarred: number of patients with scar that were learnt from.
        choice: course that was chosen, with its curves on patients left out of the learning.
        segmenter: segmenter that learnt from all patients, with its cautions.
        skipped: names of cases in which no ventricle could be read.
    """

    patients: int
    scarred: int
    choice: Choice
    segmenter: Segmenter
    skipped: Sequence[str]


def finetune(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    *,
    start: str | Path = SHIPPED,
    false_scar: float = 1.0,
    seed: int = 0,
    licence: str = "not stated",
    device: str | None = None,
    overwrite: bool = False,
    report: Report = lambda progress: None,
) -> Finetuned:
    """Tune a start on the patients of a data set; goes on where it was cut off.

    Args:
        dataset: folder of images and label maps.
        out: folder for the segmenter.
        scheme: label scheme of the data set.
        start: folder of a segmenter to start from; ``"none"`` to train from scratch.
        false_scar: size of scar in patients without any that is put up with, %LV, above 0; it sets the cautions.
        seed: seed of everything that is random.
        licence: licence of the data, for the card.
        device: device of PyTorch; the fastest there is by default.
        overwrite: whether a segmenter that is there is replaced, and a training that was cut off is started anew.
        report: function that is called with the progress of every step.

    Raises:
        ClaimAugError: an impossible request, fewer than three patients with scar, or one patient under two names.
    """
    if not 0 < false_scar <= 20:
        msg = f"false_scar needs to be above 0 and at most 20 %LV, got {false_scar:g}"
        raise InputError(msg)
    if not overwrite and not (out / TRAINING).exists():
        refuse_existing(out, [CONFIG])
    if overwrite:
        shutil.rmtree(out / TRAINING, ignore_errors=True)
    patients, skipped = read_patients(dataset, scheme)
    scarred = sum(bool(own.scarred.any()) for own in patients.values())
    if scarred < 3:
        msg = (
            f"{dataset} has {scarred} patients with scar; at least 3 are needed, as a third of them is kept to judge by"
        )
        raise InputError(msg)
    where = find_device(device)
    config = UNetConfig() if str(start) == NO_START else read_segmenter(start).config
    begun = fresh_network(config, seed) if str(start) == NO_START else read_segmenter(start).network
    begun = begun.to(where)
    about = {
        "data": fingerprint(*(array for own in patients.values() for array in (own.images, own.classes))),
        "start": fingerprint(*(value.cpu().numpy() for value in begun.state_dict().values())),
        "seed": seed,
    }
    run = Run(out / TRAINING, patients, begun, where, seed, about, report)
    scratch = str(start) == NO_START
    choices = run.choices(FROM_SCRATCH, (0.0,)) if scratch else run.choices(COURSES, AVERAGES)
    choice = best(list(choices), false_scar)
    tuned = averaged(begun, run.tuned(patients, choice.course, "all patients"), choice.course.average)
    cautions = {name: curve.caution_for(false_scar) for name, curve in choice.curves.items()}
    facts = {"patients": len(patients), "scarred": scarred, "licence": licence, "false_scar": false_scar}
    segmenter = Segmenter(tuned, config, cautions[ANYWHERE], cautions[WITHIN_WALL], about=facts)
    done = Finetuned(len(patients), scarred, choice, segmenter, skipped)
    with staged(out) as stage:
        write_segmenter(segmenter, stage, card(dataset, str(start), done))
    shutil.rmtree(out / TRAINING, ignore_errors=True)
    return done


def read_patients(dataset: Path, scheme: LabelScheme) -> tuple[dict[str, Windows], Sequence[str]]:
    """The windows of every patient of a data set by name, and the names of cases in which no ventricle can be read.

    Raises:
        InputError: a folder without a data set, a case without image, or the same slice under two names.
    """
    skipped = Skipped()
    cases = find_cases(dataset, images_for="a training")
    patients = {
        case.name: cut_windows(case.region(anatomy), class_map(anatomy), anatomy)
        for case, anatomy in iter_cases(cases, scheme, on_error=skipped, look_in_image=False, warn=False)
    }
    seen: dict[str, str] = {}
    for name, own in patients.items():
        for image in own.images:
            other = seen.setdefault(fingerprint(image), name)
            if other != name:
                msg = f"{name} and {other} hold the same slice: one patient under two names would be judged by itself"
                raise InputError(msg)
    return patients, skipped


@dataclass(frozen=True)
class Run:
    """One fine-tuning, whose finished stages lie in a folder, so that it goes on where it was cut off."""

    folder: Path
    patients: Patients
    start: nn.Module
    device: torch.device
    seed: int
    about: Mapping[str, Any]
    report: Report

    def choices(self, courses: Sequence[Course], averages: Sequence[float]) -> Iterator[Choice]:
        """Every course with every average, judged on patients that it had not seen."""
        folds = list(inner_folds(self.patients, self.seed))
        total, done = len(folds) * sum(course.steps for course in courses), 0
        for course in courses:
            scores = []
            for number, fold in enumerate(folds):
                scores.append(self.judged(course, averages, number, fold, done, total))
                done += course.steps
            for place, share in enumerate(averages):
                yield gathered(replace(course, average=share), [own[place] for own in scores])

    def judged(
        self,
        course: Course,
        averages: Sequence[float],
        number: int,
        fold: tuple[list[str], list[str]],
        done: int,
        total: int,
    ) -> list[Any]:
        """Scores of one course on the patients of a fold, for every average; kept in a file."""
        about = {**self.about, **asdict(course), "averages": list(averages)}
        path = self.folder / f"{course.steps} steps, fold {number}.json"
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            if kept["about"] == about:
                return list(kept["scores"])
        learn, held = ({name: self.patients[name] for name in names} for names in fold)
        network = self.tuned(learn, course, "choosing on inner folds", done, total)
        scores = [judge(averaged(self.start, network, share), held) for share in averages]
        with staged(self.folder) as stage:
            write_json(stage / path.name, {"about": about, "scores": scores})
        return scores

    def tuned(
        self, patients: Patients, course: Course, stage: str, done: int = 0, total: int | None = None
    ) -> nn.Module:
        """The start after a course on some patients, not averaged; ``done`` steps of the stage went before."""

        def tell(step: int) -> None:
            self.report(Progress(stage, done + step, total or course.steps, float("nan")))

        own = replace(course, average=0.0)
        return tune(self.start, patients, own, self.device, seed=self.seed, report=tell)


def card(dataset: Path, start: str, done: Finetuned) -> str:
    """The segmenter's card in Markdown."""
    course, about, segmenter = done.choice.course, done.segmenter.about, done.segmenter
    begun = "random weights" if start == NO_START else "the start of the package" if start == str(SHIPPED) else start
    return f"""# A segmenter of scar for LGE cardiac MRI

Finds cavity, myocardium, infarct and microvascular obstruction. For research only, not for diagnosis.

| | |
|---|---|
| made by | claim-aug {__version__}, finetune |
| started from | {begun} |
| learnt from | {dataset.name}: {done.patients} patients, {done.scarred} of them with scar |
| licence of the data | {about["licence"]} |
| training | {course.steps} steps of 16 windows, AdamW to {course.lr:g}, {course.scarred:.0%} of windows with scar |
| share of the start in the weights | {course.average:g} |
| caution | {segmenter.caution:.3f} anywhere, {segmenter.wall_caution:.3f} within a labelled wall |

Course, average and caution were chosen on three inner folds, patient by patient, for {about["false_scar"]:g} %LV of
false scar in patients without any. On patients that it had not seen:

{as_table(done.choice.curves)}

Weights are safetensors and run no code. Whoever passes them on answers for the licence and the consent of the scans
that they were trained on.
"""
