"""A data set in, a segmenter of its patients out: the work behind ``claim-aug finetune``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from claim_aug._version import __version__
from claim_aug.anatomy import LabelScheme
from claim_aug.data.claim import claims_out
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.fingerprint import fingerprint
from claim_aug.jobs.courses import Courses
from claim_aug.jobs.own_scars import own_scars as make_own_scars
from claim_aug.optimisation.checkpoint import read_state, write_state
from claim_aug.optimisation.device import find_device
from claim_aug.optimisation.plan import Progress, Report
from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL, as_table
from claim_aug.segmentation.fit import fresh_network
from claim_aug.segmentation.folder import CONFIG, SHIPPED, read_segmenter, write_segmenter
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.tuning import AVERAGES, FROM_SCRATCH, OWN_COURSE, Choice, best, courses_for
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, class_map, cut_windows
from claim_aug.synthesizer import ScarSynthesizer

TRAINING = "training"


@dataclass(frozen=True)
class Finetuned:
    """What came of it.

    Attributes:
        patients: number of patients that were learnt from.
        scarred: number of patients with scar that were learnt from.
        choice: course that was chosen, with its curves on patients left out of the learning.
        own: number of healthy patients in whose scans scars were made to learn from first.
        segmenter: segmenter that learnt from all patients, with its cautions.
        skipped: names of cases in which no ventricle could be read.
    """

    patients: int
    scarred: int
    choice: Choice
    own: int
    segmenter: Segmenter
    skipped: Sequence[str]


@claims_out
def finetune(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    *,
    start: Path | None = SHIPPED,
    own_scars: int = 0,
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
        start: folder of a segmenter to start from; ``None`` for random weights.
        own_scars: number of scars that are made in every healthy scan, from which the start learns first; 0 for none.
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
    if not 0 <= own_scars <= 100:
        msg = f"own_scars needs to be within 0-100, got {own_scars}"
        raise InputError(msg)
    if not overwrite and not (out / TRAINING).exists():
        refuse_existing(out, [CONFIG])
    if overwrite:
        shutil.rmtree(out / TRAINING, ignore_errors=True)
    patients, skipped = read_patients(dataset, scheme)
    scarred = sum(bool(one.scarred.any()) for one in patients.values())
    if scarred < 3:
        msg = (
            f"{dataset} has {scarred} patients with scar; at least 3 are needed, as a third of them is kept to judge by"
        )
        raise InputError(msg)
    where = find_device(device)
    config = UNetConfig() if start is None else read_segmenter(start).config
    begun = (fresh_network(config, seed) if start is None else read_segmenter(start).network).to(where)
    about = {
        "data": fingerprint(*(array for one in patients.values() for array in (one.images, one.classes))),
        "start": fingerprint(*(value.cpu().numpy() for value in begun.state_dict().values())),
        "seed": seed,
        "own_scars": own_scars,
    }
    kept = out / TRAINING / f"own scars {fingerprint(json.dumps(about).encode())[:16]}.safetensors"
    healthy = {name for name, one in patients.items() if own_scars and not one.scarred.any()}
    own = with_own_scars(dataset, scheme, healthy, kept, copies=own_scars, seed=seed, device=device, report=report)
    courses = Courses(out / TRAINING, patients, own, begun, where, seed, about, report)
    tried = courses.choices(FROM_SCRATCH, (0.0,)) if start is None else courses.choices(courses_for(scarred), AVERAGES)
    choice = best(tried, false_scar)
    tuned = courses.final(choice.course)
    cautions = {name: curve.caution_for(false_scar) for name, curve in choice.curves.items()}
    facts = {"patients": len(patients), "scarred": scarred, "licence": licence, "false_scar": false_scar}
    segmenter = Segmenter(tuned, config, cautions[ANYWHERE], cautions[WITHIN_WALL], about=facts)
    done = Finetuned(len(patients), scarred, choice, len(own), segmenter, skipped)
    with staged(out) as stage:
        write_segmenter(segmenter, stage, card(dataset, start, done))
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


def with_own_scars(
    dataset: Path,
    scheme: LabelScheme,
    healthy: Collection[str],
    kept: Path,
    *,
    copies: int,
    seed: int,
    device: str | None,
    report: Report,
) -> dict[str, Windows]:
    """The windows of healthy patients with scars of ``ddpm`` in them, by patient; kept in a file."""
    if not healthy:
        return {}
    if not kept.exists():
        synthesizer, made = ScarSynthesizer("smile", "ddpm", labels=scheme, device=device), {}
        cases = [case for case in find_cases(dataset) if case.name in healthy]
        for done, (case, anatomy) in enumerate(iter_cases(cases, scheme, look_in_image=False, warn=False), 1):
            windows = make_own_scars(case, anatomy, synthesizer, copies=copies, seed=seed)
            if len(windows):
                made[f"images.{case.name}"] = torch.from_numpy(windows.images)
                made[f"classes.{case.name}"] = torch.from_numpy(windows.classes)
            report(Progress("scar in healthy scans", done, len(cases), float("nan")))
        write_state(kept, 0, made, {})
    _, tensors = read_state(kept, {})
    names = [name.removeprefix("images.") for name in tensors if name.startswith("images.")]
    return {name: Windows(tensors[f"images.{name}"].numpy(), tensors[f"classes.{name}"].numpy()) for name in names}


def card(dataset: Path, start: Path | None, done: Finetuned) -> str:
    """The segmenter's card in Markdown."""
    course, about, segmenter = done.choice.course, done.segmenter.about, done.segmenter
    begun = "random weights" if start is None else "the start of the package" if start == SHIPPED else start
    first = f"scar of ddpm in the scans of {done.own} healthy patients, {OWN_COURSE.steps} steps" if done.own else "-"
    return f"""# A segmenter of scar for LGE cardiac MRI

Finds cavity, myocardium, infarct and microvascular obstruction. For research only, not for diagnosis.

| | |
|---|---|
| made by | claim-aug {__version__}, finetune |
| started from | {begun} |
| learnt from | {dataset.name}: {done.patients} patients, {done.scarred} of them with scar |
| licence of the data | {about["licence"]} |
| first learnt from | {first} |
| training | {course.steps} steps of 16 windows, AdamW to {course.lr:g}, {course.scarred:.0%} of windows with scar |
| share of the start in the weights | {course.average:g} |
| caution | {segmenter.caution:.3f} anywhere, {segmenter.wall_caution:.3f} within a labelled wall |

Course, average and caution were chosen on three inner folds, patient by patient, for {about["false_scar"]:g} %LV of
false scar in patients without any. On patients that it had not seen:

{as_table(done.choice.curves)}

Weights are safetensors and run no code. Whoever passes them on answers for the licence and the consent of the scans
that they were trained on.
"""
