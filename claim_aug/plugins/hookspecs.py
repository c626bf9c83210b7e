"""The hooks of ``claim_aug``: what a plugin may add."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import typer

    from claim_aug.plugins.registry import Register

hookspec = pluggy.HookspecMarker("claim_aug")
_mark = pluggy.HookimplMarker("claim_aug")


def hookimpl(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Mark a function of a plugin as its implementation of the hook of the same name.

    Args:
        function: implementation of a hook; given by using ``hookimpl`` as a decorator.
        **options: options of pluggy's ``HookimplMarker``, such as ``tryfirst=True``.

    Example:
        >>> from claim_aug import hookimpl
        >>> @hookimpl
        ... def register_priors(register):
        ...     register("mine", "my_package:MyPrior", summary="scar where I want it")
    """
    return _mark(function, **options)


@hookspec
def register_priors(register: Register) -> None:
    """Register mask priors: ``register(name, factory, *, summary="")``; ``factory`` may be ``"module:attribute"``."""


@hookspec
def register_generators(register: Register) -> None:
    """Register generators: ``register(name, factory, *, summary="")``; ``factory`` may be ``"module:attribute"``."""


@hookspec
def register_label_schemes(register: Register) -> None:
    """Register label schemes: ``register(name, scheme, *, summary="")``, such as ``"cavity=1,myocardium=2"``."""


@hookspec
def register_layouts(register: Register) -> None:
    """Register layouts of data sets: ``register(name, find, *, summary="")``; ``find`` gives the pairs of a folder."""


@hookspec
def register_output_layouts(register: Register) -> None:
    """Register layouts of what is written: ``register(name, layout, *, summary="")``, an ``OutputLayout``."""


@hookspec
def register_metrics(register: Register) -> None:
    """Register metrics of ``evaluate``: ``register(name, definition, *, summary="")``, a ``Definition``."""


@hookspec
def register_commands(app: typer.Typer) -> None:
    """Add commands to ``claim-aug``; import what they need inside the command, so that ``--help`` stays quick."""
