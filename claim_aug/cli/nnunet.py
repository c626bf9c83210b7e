"""``claim-aug nnunet-trainers``."""

from __future__ import annotations

import typer

from claim_aug.cli import console


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(nnunet_trainers)


def nnunet_trainers() -> None:
    """Print the folder of nnUNetTrainerScar and nnUNetTrainerJoint, for nnU-Net's variable nnUNet_extTrainer."""
    from claim_aug.integrations.nnunet import TRAINERS

    console.print_line(str(TRAINERS))
