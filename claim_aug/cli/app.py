"""The app with every command, and how its errors and warnings are printed."""

from __future__ import annotations

import signal
import sys
import warnings
from typing import Annotated, Any

import typer

from claim_aug._version import __version__
from claim_aug.cli.console import print_line
from claim_aug.errors import ClaimAugError, ClaimAugWarning


def main() -> None:
    """Run ``claim-aug``; an error that a user can mend is one red line and exit code 1."""
    warnings.simplefilter("once", ClaimAugWarning)
    warnings.showwarning = print_warning  # type: ignore[assignment]
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    try:
        build_app()(prog_name="claim-aug")
    except ClaimAugError as error:
        print_line(f"error: {error}", "red")
        sys.exit(1)


def end(number: int, _: object) -> None:
    """End as Ctrl-C does, so that what is half done is cleared away."""
    print_line(f"stopped by {signal.Signals(number).name}", "red")
    raise SystemExit(128 + number)


def build_app() -> typer.Typer:
    """The app with the commands of every plugin that loads."""
    from claim_aug.cli import commands
    from claim_aug.plugins.loader import register_commands

    app = typer.Typer(
        help="Plausible myocardial scar for real LGE cardiac MRI: new scans with labels that match.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(root)
    register_commands(app, commands)
    return app


def print_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        print_line(f"claim-aug {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=print_version)
    ] = False,
) -> None:
    """Options of ``claim-aug`` itself."""


def print_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """One yellow line for our own warnings; others keep their category's name."""
    kind = "warning" if issubclass(category, ClaimAugWarning) else category.__name__
    print_line(f"{kind}: {message}", "yellow")
