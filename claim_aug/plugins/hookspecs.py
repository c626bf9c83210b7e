"""The hooks of ``claim_aug``: what a plugin may add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import typer

    from claim_aug.plugins.registry import Register

hookspec = pluggy.HookspecMarker("claim_aug")
hookimpl = pluggy.HookimplMarker("claim_aug")


@hookspec
def register_priors(register: Register) -> None:
    """Register mask priors: ``register(name, factory, *, summary="")``; ``factory`` may be ``"module:attribute"``."""


@hookspec
def register_generators(register: Register) -> None:
    """Register generators: ``register(name, factory, *, summary="")``; ``factory`` may be ``"module:attribute"``."""


@hookspec
def register_commands(app: typer.Typer) -> None:
    """Add commands to ``claim-aug``; import what they need inside the command, so that ``--help`` stays quick."""
