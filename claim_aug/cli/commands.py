"""The built-in commands, registered through the same hook as any third party's."""

from __future__ import annotations

from collections.abc import Callable

import typer

from claim_aug.cli import (
    aha,
    bank,
    bullseye,
    finetune,
    generate,
    joint,
    nnunet,
    phantom,
    plugins,
    pool,
    prior,
    quantify,
    segment,
    train,
    verify,
)
from claim_aug.cli.groups import with_groups
from claim_aug.plugins.hookspecs import hookimpl

COMMANDS: tuple[Callable[..., None], ...] = (
    generate.generate, verify.verify, segment.segment, finetune.finetune, train.train, joint.joint_train,
    phantom.phantom, aha.aha, quantify.quantify, bullseye.bullseye, nnunet.nnunet_trainers, plugins.plugins,
)  # fmt: skip
#: Commands of two words: the first word, what it is about, and the command that gives the second.
SUBCOMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("prior", "Mask priors: learn one from a labelled data set.", prior.fit),
    ("bank", "Banks of real scar texture for --generator transplant.", bank.build),
    ("pool", "Scars made beforehand, for transforms with pool=.", pool.build),
)


@hookimpl
def register_commands(app: typer.Typer) -> None:
    """Register them in the order of ``--help``."""
    for command in COMMANDS:
        app.command()(with_groups(command))
    for name, subject, command in SUBCOMMANDS:
        group = typer.Typer(help=subject, no_args_is_help=True)
        group.callback()(lambda: None)  # else Typer makes a single subcommand the command itself
        group.command()(with_groups(command))
        app.add_typer(group, name=name)
