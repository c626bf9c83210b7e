"""The built-in commands, registered through the same hook as any third party's."""

from __future__ import annotations

import typer

from claim_aug.cli import aha, bank, bullseye, generate, joint, nnunet, phantom, plugins, pool, prior, quantify, train
from claim_aug.plugins.hookspecs import hookimpl


@hookimpl
def register_commands(app: typer.Typer) -> None:
    """In the order of ``--help``, where groups come last."""
    for command in (generate, train, joint, phantom, aha, quantify, bullseye, nnunet, plugins, prior, bank, pool):
        command.add_to(app)
