"""nnU-Net: the trainer's network as the segmenter; what ``nnUNetTrainerJoint`` calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.integrations.nnunet.settings import VARIABLE, read_settings
from claim_aug.joint.trainer import JointTrainer
from claim_aug.segmentation.contract import resized
from claim_aug.synthesizer import ScarSynthesizer

#: Learning rate of the generator where ``CLAIM_AUG_NNUNET`` gives none: it only has to be tuned.
RATE = 1e-5
SETTINGS = ("rate", "weight", "objective", "floor", "grad_steps", "drop_unfound")


def make_joint(trainer: Any) -> JointTrainer:
    """A joint trainer of an initialised ``nnUNetTrainer``.

    ``CLAIM_AUG_NNUNET`` has the synthesizer's parameters and ``p``, as for ``nnUNetTrainerScar``, and under ``joint``
    those of ``JointTrainer`` that JSON can hold and ``rate``, the generator's.

    Raises:
        InputError: another one.
    """
    given = {"generator": "ddpm", "device": str(trainer.device)} | read_settings(trainer.dataset_json["labels"])
    p, more = given.pop("p"), dict(given.pop("joint", {}))
    unknown = sorted(set(more) - set(SETTINGS))
    if unknown:
        msg = f"joint in {VARIABLE} takes {', '.join(SETTINGS)}, got {unknown[0]!r}"
        raise InputError(msg)
    rate = more.pop("rate", RATE)
    joint = JointTrainer(ScarSynthesizer(**given), trainer.network, p=p, **more)
    return joint.attach(generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=rate))


def with_scars(joint: JointTrainer, batch: dict[str, Any]) -> dict[str, Any]:
    """The generator's turn on a batch of nnU-Net's; its targets at every resolution get the scars."""
    target = batch["target"]
    levels = list(target) if isinstance(target, (list, tuple)) else [target]
    done, _ = joint.generator_turn({"image": batch["data"], "label": levels[0]})
    new = [resized(done["label"], level).to(level.dtype) for level in levels]
    return batch | {"data": done["image"], "target": new if isinstance(target, (list, tuple)) else new[0]}


def restore(joint: JointTrainer, folder: Path) -> None:
    """The generator's weights of a folder that ``save_generator`` wrote, if it is there."""
    if folder.is_dir():
        joint.generator.load_state_dict(read_model(folder).state_dict())
