"""``claim-aug nnunet-trainers``."""

from __future__ import annotations

from claim_aug.cli import console


def nnunet_trainers() -> None:
    """Print the folder of nnUNetTrainerScar and nnUNetTrainerJoint, for nnU-Net's variable nnUNet_extTrainer."""
    from claim_aug.integrations.nnunet import TRAINERS

    console.print_line(str(TRAINERS))
