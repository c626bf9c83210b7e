"""The built-in commands, registered through the same hook as any third party's."""

from __future__ import annotations

from collections.abc import Callable

import typer

from claim_aug.cli import (
    aha,
    bank,
    bullseye,
    doctor,
    evaluate,
    finetune,
    generate,
    joint,
    nnunet,
    phantom,
    plugins,
    pool,
    prior,
    quantify,
    reading,
    segment,
    train,
    verify,
)
from claim_aug.cli.backends import ListsBackends
from claim_aug.cli.groups import with_groups
from claim_aug.plugins.hookspecs import hookimpl

COMMANDS: tuple[Callable[..., None], ...] = (
    generate.generate, verify.verify, evaluate.evaluate, segment.segment, finetune.finetune, train.train,
    joint.joint_train, phantom.phantom, aha.aha, quantify.quantify, bullseye.bullseye, nnunet.nnunet_trainers,
    doctor.doctor,
)  # fmt: skip
#: Commands of two words: the first word, what it is about, and the command that gives the second.
SUBCOMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("prior", "Mask priors: learn one from a labelled data set.", prior.fit),
    ("bank", "Banks of real scar texture for --generator transplant.", bank.build),
    ("pool", "Scars made beforehand, for transforms with pool=.", pool.build),
    ("reading", "Blind readings: can readers tell synthetic from real scar?", reading.make),
    ("reading", "", reading.score),
)
#: Commands of ``claim-aug plugins``, which by itself is a command, too.
OF_PLUGINS: tuple[Callable[..., None], ...] = (plugins.show, plugins.check)


@hookimpl
def register_commands(app: typer.Typer) -> None:
    """Register them in the order of ``--help``."""
    for command in COMMANDS:
        app.command(cls=ListsBackends if command is generate.generate else None)(with_groups(command))
    groups: dict[str, typer.Typer] = {}
    for name, subject, command in SUBCOMMANDS:
        if name not in groups:
            groups[name] = typer.Typer(help=subject, no_args_is_help=True)
            groups[name].callback()(lambda: None)  # else Typer makes a single subcommand the command itself
            app.add_typer(groups[name], name=name)
        groups[name].command()(with_groups(command))
    listing = typer.Typer(invoke_without_command=True)
    listing.callback()(plugins.plugins)
    for command in OF_PLUGINS:
        listing.command()(command)
    app.add_typer(listing, name="plugins")
