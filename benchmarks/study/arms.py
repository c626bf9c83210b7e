"""The arms of the study: what a segmenter begins with, and what it learns from, of an arm's own patients alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from claim_aug import ScarSynthesizer
from claim_aug.jobs.own_scars import own_scars
from claim_aug.optimisation.plan import Plan
from claim_aug.segmentation import SHIPPED, read_segmenter
from claim_aug.segmentation.augment import BATCH, BatchPlan, sample_plan
from claim_aug.segmentation.fit import Training, fresh_network
from claim_aug.segmentation.tuning import AVERAGES, FROM_SCRATCH, OWN_COURSE, Course, courses_for, tune
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, join_windows
from study.data import SCHEME, Patient, windows_of
from study.joint import tuned_generator

#: Scars in every healthy scan.
COPIES = 6
#: Number of patients with scar of two folds, where all are learnt from.
EVERYONE = 32
#: Share of synthetic windows in a batch that is mixed, and of the steps over which it falls to nothing.
MIXED, FADE = 0.5, 0.8


@dataclass(frozen=True)
class Arm:
    """One way of training.

    Attributes:
        name: name of the arm, one of ``ARMS``.
        courses: function of the number of patients with scar to the courses that are tried, each a run of its own.
        averages: shares of the start in the mean of the weights that are judged.
    """

    name: str
    courses: Callable[[int], tuple[Course, ...]] = courses_for
    averages: tuple[float, ...] = AVERAGES


ARMS = {
    arm.name: arm
    for arm in (
        Arm("scratch", lambda scarred: FROM_SCRATCH, (0.0,)),  # real patients alone
        Arm("mixed", lambda scarred: FROM_SCRATCH[-1:], (0.0,)),  # real patients, and scar in healthy scans, fading
        Arm("fading", lambda scarred: (Course(1600, 1e-3),)),  # the start, and as mixed
        Arm("start"),  # the start of the package, then real patients
        Arm("own"),  # the start, then scar in healthy scans, then real patients
        Arm("twins"),  # as own, but every slice with new scar lies beside the same slice without
        Arm("joint"),  # as own, with a generator that was trained jointly with the start
    )
}


def begun(
    arm: Arm, learn: Sequence[Patient], seed: int, scratch: Path, device: torch.device, config: UNetConfig
) -> nn.Module:
    """The network that an arm's courses begin with.

    Args:
        arm: arm of the study.
        learn: patients that it learns from.
        seed: seed of everything that is random.
        scratch: folder for scars of a patient, made once for all runs, and for generators.
        device: device that the network runs on.
        config: size of a network with random weights.
    """
    if arm.name in ("scratch", "mixed"):
        return fresh_network(config, seed).to(device)
    start = read_segmenter(SHIPPED).network.to(device)
    if arm.name in ("start", "fading"):
        return start
    model = tuned_generator(learn, seed, scratch) if arm.name == "joint" else None
    healthy = [patient for patient in learn if not patient.scarred]
    scars = {patient.name: scars_of(patient, seed, scratch, model) for patient in healthy}
    if arm.name == "twins":
        return tune_on_twins(start, healthy, scars, seed, device)
    shown = {patient.name: windows_of(patient) for patient in healthy}
    return tune(start, shown, OWN_COURSE, device, seed=seed, own_scars=join_windows(scars.values()))


def trained(
    arm: Arm, network: nn.Module, course: Course, learn: Sequence[Patient], seed: int, scratch: Path,
    device: torch.device,
) -> nn.Module:  # fmt: skip
    """The network after a course."""
    windows = {patient.name: windows_of(patient) for patient in learn}
    if arm.name not in ("mixed", "fading"):
        return tune(network, windows, course, device, seed=seed)
    real = join_windows(windows.values())
    scars = join_windows(scars_of(patient, seed, scratch) for patient in learn if not patient.scarred)
    rng = np.random.default_rng(seed)
    batches = sample_plan(real, course.steps, rng, synthetic=[scars], ratio=MIXED, fade=FADE, scarred=course.scarred)
    shown = join_windows([real, scars])
    return (
        Training(copy.deepcopy(network).requires_grad_(True), Plan(course.steps, lr=course.lr), device)
        .show(shown, batches)
        .run()
    )


def scars_of(patient: Patient, seed: int, scratch: Path, model: Path | None = None) -> Windows:
    """The windows of a healthy patient that show new scar, made once."""
    folder = scratch / "scars" if model is None else model / "scars"
    path = folder / f"{patient.name}-s{seed}.npz"
    if not path.exists():
        synthesizer = ScarSynthesizer("smile", "ddpm" if model is None else f"ddpm:{model}", labels=SCHEME)
        made = own_scars(patient, patient.anatomy, synthesizer, copies=COPIES, seed=seed)  # type: ignore[arg-type]
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{np.random.default_rng().integers(2**31)}.npz")
        np.savez(temporary, images=made.images, classes=made.classes)
        temporary.replace(path)
    with np.load(path) as file:
        return Windows(file["images"], file["classes"])


def tune_on_twins(
    start: nn.Module, healthy: Sequence[Patient], scars: dict[str, Windows], seed: int, device: torch.device
) -> nn.Module:
    """As ``tune``, on batches of which one half is the other without its scar, turned and changed alike."""
    without = {patient.name: windows_of(patient) for patient in healthy}
    real, with_scar = join_windows(without.values()), join_windows(scars.values())
    starts = np.cumsum([0, *(len(own) for own in without.values())])
    twin = np.concatenate([first + twins(without[name], own)
                           for (name, own), first in zip(scars.items(), starts, strict=False)])  # fmt: skip
    rng = np.random.default_rng(seed)
    plan = sample_plan(with_scar, OWN_COURSE.steps, rng)
    half = plan.chosen[:, : BATCH // 2]
    chosen = torch.cat([half + len(real), torch.from_numpy(twin)[half]], 1)
    tables = (torch.cat([table[:, : BATCH // 2]] * 2, 1) for table in (plan.motion, plan.tone, plan.noise_index))  # type: ignore[index]
    batches = BatchPlan(chosen, *tables, noise=plan.noise)  # type: ignore[misc]
    training = Training(copy.deepcopy(start).requires_grad_(True), Plan(OWN_COURSE.steps, lr=OWN_COURSE.lr), device)
    return training.show(join_windows([real, with_scar]), batches).run()


def twins(without: Windows, with_scar: Windows) -> np.ndarray:
    """The window of a patient without its new scar, for every window with one, by index."""
    flat, own = without.images.reshape(len(without), -1), with_scar.images.reshape(len(with_scar), -1)
    return np.asarray(np.abs(own[:, None] - flat[None]).mean(2).argmin(1))
