"""The app with every command, and how its errors and warnings are printed."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import warnings
from typing import Annotated, Any

import typer

from claim_aug._version import __version__
from claim_aug.cli.console import print_line
from claim_aug.errors import ClaimAugError, ClaimAugWarning, Terminated
from claim_aug.plugins.guard import in_words

#: ``1``: an error that nobody expected shows where it is from.
TRACEBACK = "CLAIM_AUG_TRACEBACK"


def main() -> None:
    """Run ``claim-aug``; an error that a user can mend is one red line and exit code 1."""
    warnings.simplefilter("once", ClaimAugWarning)
    warnings.showwarning = print_warning  # type: ignore[assignment]
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # under nohup it stays ignored
            signal.signal(number, end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # whatever the terminal's encoding is
    sys.exit(flushed(run()))


def run() -> int:
    """Run the command; returns its exit code."""
    try:
        return exit_code(None)
    except ClaimAugError as error:
        print_line(f"error: {error}", "red")
        return 1
    except OSError as error:
        if error.filename is None and error.errno in (errno.EPIPE, errno.ENOSPC, errno.EIO):
            return without_output(error)
        print_line(f"error: {in_words(error)}", "red")
        return 1
    except Exception as error:
        if os.environ.get(TRACEBACK) == "1":
            raise
        hint = f"please report it; {TRACEBACK}=1 shows where it is from"
        print_line(f"error: unexpected {in_words(error)}; {hint}", "red")
        return 1


def run_command(*arguments: str) -> int:
    """Run one command within this process, as a plugin may that has made a command line for its user.

    What the command prints goes to ``sys.stdout`` and ``sys.stderr``.

    Args:
        arguments: words of the command line after ``claim-aug``.

    Returns:
        Exit code of the command: 0 where all is done.

    Raises:
        ClaimAugError: what the command line would say in one red line.

    Example:
        >>> run_command("--version")
        claim-aug 0.1.0
        0
    """
    return exit_code(list(arguments))


def exit_code(arguments: list[str] | None) -> int:
    """The exit code of a command; ``None`` takes the arguments of this process."""
    try:
        build_app()(arguments, prog_name="claim-aug")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def flushed(code: int) -> int:
    """The exit code once the output is out; where it cannot be written, 1, and one line that says why."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return without_output(error)
    return code


def without_output(error: OSError) -> int:
    """The exit code where nobody reads the output any more, or there is no room for it, which is said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python tries again when it ends
    if error.errno != errno.EPIPE:
        with contextlib.suppress(OSError):
            print_line(f"error: the output cannot be written: {error.strerror}", "red")
    return 1


def end(number: int, _: object) -> None:
    """End as Ctrl-C does, so that what is half done is cleared away."""
    print_line(f"stopped by {signal.Signals(number).name}", "red")
    raise Terminated(128 + number)


def build_app() -> typer.Typer:
    """The app with the commands of every plugin that loads."""
    from claim_aug.cli import commands
    from claim_aug.plugins.loader import register_commands

    app = typer.Typer(
        help="Plausible myocardial scar for real LGE cardiac MRI: new scans with labels that match.",
        no_args_is_help=True,
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
