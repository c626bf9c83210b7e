"""The generator of the arm ``joint``: it learns from an arm's own patients and from the start, before it paints."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from claim_aug import ScarSynthesizer
from claim_aug.fingerprint import fingerprint
from claim_aug.joint import JointTrainer
from claim_aug.segmentation import load_start
from claim_aug.segmentation.windows import SPACING, Windows, join_windows
from claim_aug.training.slices import controls_of, slices_of
from study.data import SCHEME, Patient, windows_of

#: Steps in which both learn; slices of a batch, half of them with new scar; learning rates of both.
STEPS, BATCH = 300, 8
GENERATOR_LR, SEGMENTER_LR = 1e-4, 5e-4


def tuned_generator(learn: Sequence[Patient], seed: int, scratch: Path) -> Path:
    """The folder of a generator that two thirds of the patients taught and the others steered (``improve``)."""
    names = fingerprint(" ".join(sorted(patient.name for patient in learn)).encode())[:12]
    folder = scratch / f"generator-{names}-s{seed}"
    if (folder / "config.json").exists():
        return folder
    rng = np.random.default_rng((seed, 5))
    order = [patient for patient in learn if patient.scarred]
    steer = [order[index] for index in rng.permutation(len(order))[: max(len(order) // 3, 1)]]
    teach = [patient for patient in learn if patient not in steer]
    real, judges = (join_windows(windows_of(patient) for patient in part) for part in (teach, steer))
    segmenter = load_start()
    joint = JointTrainer(
        ScarSynthesizer("smile", "ddpm", labels=SCHEME),
        segmenter,
        objective="improve",
        steering=lambda step: batch_of(judges, np.random.default_rng((seed, 6, step))),
    )
    joint.generator.controls = controls_of(scars_of(teach, joint.generator.config))
    joint.attach(
        generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=GENERATOR_LR),
        segmenter_optimizer=torch.optim.AdamW(segmenter.parameters(), lr=SEGMENTER_LR),
        max_norm=1.0,
    )
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")  # where the segments of a single slice are is not known
        torch.manual_seed(seed)
        for _ in range(STEPS):
            joint.step(batch_of(real, rng), seed=int(rng.integers(2**31)))
    joint.save_generator(folder)
    return folder


def scars_of(patients: Sequence[Patient], config: object) -> Iterator[object]:
    """The slices with scar of patients, as a generator learns from them."""
    window = {"spacing": config.spacing, "size": config.size}  # type: ignore[attr-defined]
    for patient in patients:
        if patient.scarred:
            region = patient.image[patient.anatomy.box].astype(np.float64)
            yield from slices_of(region, patient.anatomy, patient.name, **window)


def batch_of(windows: Windows, rng: np.random.Generator) -> dict[str, torch.Tensor]:
    """Slices as any loader would hand them over."""
    chosen = windows.select(rng.choice(len(windows), BATCH))
    affine = torch.diag(torch.tensor([SPACING, SPACING, 10.0, 1.0], dtype=torch.float64))
    return {
        "image": torch.from_numpy(chosen.images),
        "label": torch.from_numpy(chosen.classes)[:, None],
        "affine": affine.expand(BATCH, 4, 4),
    }
