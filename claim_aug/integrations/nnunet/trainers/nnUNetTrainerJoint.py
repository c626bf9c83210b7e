"""nnU-Net's trainer with a generator that learns beside it; nnU-Net finds it through ``nnUNet_extTrainer``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from claim_aug.integrations.nnunet.joint import make_joint, restore, with_scars


class nnUNetTrainerJoint(nnUNetTrainer):
    """``nnUNetTrainer`` whose batches get scars of a generator that has its turn before every step."""

    def initialize(self) -> None:
        """nnU-Net's network first, then the trainer of both."""
        super().initialize()
        self.joint = make_joint(self)

    def train_step(self, batch: dict[str, Any]) -> Any:
        """The generator's turn, then nnU-Net's own step."""
        return super().train_step(with_scars(self.joint, batch))

    def save_checkpoint(self, filename: str) -> None:
        """nnU-Net's checkpoint, and the generator as a folder beside it."""
        super().save_checkpoint(filename)
        self.joint.save_generator(Path(self.output_folder) / "generator")

    def load_checkpoint(self, *arguments: Any, **settings: Any) -> None:
        """Both as they were saved; the generator's optimiser starts anew."""
        super().load_checkpoint(*arguments, **settings)
        restore(self.joint, Path(self.output_folder) / "generator")
