"""The joint arm: the generator learns from the arm's own scars and from a segmenter, before it paints."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from claim_aug import ScarSynthesizer
from claim_aug.joint import JointTrainer
from claim_aug.optimisation.device import autocast, find_device
from claim_aug.segmentation.fit import LR
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import SPACING, Windows, join_windows
from claim_aug.training.slices import controls_of, slices_of
from study.data import SCHEME, Patient, windows_of

#: Steps in which both learn, and before them the segmenter alone; slices of a batch, half of them with new scar.
STEPS, ALONE, BATCH = 300, 200, 8
GENERATOR_LR = 1e-4


def tuned(generator: str, learn: Sequence[Patient], seed: int, folder: Path, *, weight: float) -> None:
    """Write the folder of a generator that was trained jointly; with ``weight`` 0, on the arm's scars alone."""
    device = find_device(None)
    segmenter = UNetConfig().build().to(device)
    joint = JointTrainer(
        ScarSynthesizer("smile", generator, labels=SCHEME),
        segmenter,
        weight=weight,
        autocast=lambda: autocast(device),
    )
    config = joint.generator.config
    joint.generator.controls = controls_of(
        one
        for patient in learn
        if patient.scarred
        for one in slices_of(
            patient.image[patient.anatomy.box].astype(np.float64),
            patient.anatomy,
            patient.name,
            spacing=config.spacing,
            size=config.size,
        )
    )
    joint.attach(
        generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=GENERATOR_LR),
        segmenter_optimizer=torch.optim.AdamW(segmenter.parameters(), lr=LR),
        max_norm=1.0,
    )
    real = join_windows(windows_of(patient) for patient in learn)
    rng = np.random.default_rng((seed, 5))
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")  # where the segments of a single slice are is not known
        torch.manual_seed(seed)
        for step in range(ALONE + STEPS):
            batch, own = batch_of(real, rng), int(rng.integers(2**31))
            batch["image"] = batch["image"].to(device)
            (joint.segmenter_step if step < ALONE else joint.step)(batch, seed=own)
    joint.save_generator(folder)


def batch_of(real: Windows, rng: np.random.Generator) -> dict[str, torch.Tensor]:
    """Slices as any loader would hand them over."""
    chosen = real.select(rng.choice(len(real), BATCH))
    affine = torch.diag(torch.tensor([SPACING, SPACING, 10.0, 1.0], dtype=torch.float64))
    return {
        "image": torch.from_numpy(chosen.images),
        "label": torch.from_numpy(chosen.classes)[:, None],
        "affine": affine.expand(BATCH, 4, 4),
    }
