"""``claim-aug nnunet-trainers``."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(nnunet_trainers)


def nnunet_trainers(
    joint: Annotated[
        bool, typer.Option("--joint", help="That of nnUNetTrainerJoint, which trains a generator, too.")
    ] = False,
) -> None:
    """Print the folder of nnUNetTrainerScar, for nnU-Net's variable nnUNet_extTrainer."""
    if joint:
        from claim_aug.joint import TRAINERS
    else:
        from claim_aug.integrations.nnunet import TRAINERS

    typer.echo(TRAINERS)
