"""nnU-Net: the trainer's network as the segmenter; what ``nnUNetTrainerJoint`` calls."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.integrations.nnunet.settings import VARIABLE, read_settings
from claim_aug.joint.settings import JointSettings
from claim_aug.joint.trainer import JointTrainer
from claim_aug.segmentation.contract import resized
from claim_aug.synthesizer import ScarSynthesizer

#: Learning rate of the generator where ``CLAIM_AUG_NNUNET`` gives none: it only has to be tuned.
GENERATOR_LR = 1e-5
SETTINGS = ("generator_lr", *(one.name for one in fields(JointSettings) if one.name != "p"))


def make_joint(trainer: Any) -> JointTrainer:
    """A joint trainer of an initialised ``nnUNetTrainer``.

    ``CLAIM_AUG_NNUNET`` has the synthesizer's parameters and ``p``, as for ``nnUNetTrainerScar``, and under ``joint``
    those of ``JointTrainer`` that JSON can hold and ``generator_lr``, the learning rate of the generator.

    Args:
        trainer: ``nnUNetTrainer`` with a network, a device and the JSON of its data set.

    Raises:
        InputError: a parameter that ``joint`` does not take.
    """
    given = {"generator": "ddpm", "device": str(trainer.device)} | read_settings(trainer.dataset_json["labels"])
    p, more = given.pop("p"), dict(given.pop("joint", {}))
    unknown = sorted(set(more) - set(SETTINGS))
    if unknown:
        msg = f"joint in {VARIABLE} takes {', '.join(SETTINGS)}, got {unknown[0]!r}"
        raise InputError(msg)
    lr = more.pop("generator_lr", GENERATOR_LR)
    joint = JointTrainer(ScarSynthesizer(**given), trainer.network, p=p, **more)
    return joint.attach(generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=lr))


def with_scars(joint: JointTrainer, batch: dict[str, Any]) -> dict[str, Any]:
    """A batch of nnU-Net's with scars in its targets at every resolution, after the generator's turn on it."""
    target = batch["target"]
    targets = list(target) if isinstance(target, (list, tuple)) else [target]
    done, _ = joint.generator_turn({"image": batch["data"], "label": targets[0]})
    new = [resized(done["label"], one).to(one.dtype) for one in targets]
    return batch | {"data": done["image"], "target": new if isinstance(target, (list, tuple)) else new[0]}


def restore(joint: JointTrainer, folder: Path) -> None:
    """The generator's weights of a folder that ``save_generator`` wrote, if it is there."""
    if folder.is_dir():
        joint.generator.load_state_dict(read_model(folder).state_dict())
