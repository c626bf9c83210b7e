"""The commands of ``claim-aug`` with all their options as one page, read from the app itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer

from claim_aug.cli import build_app


def cli_reference() -> str:
    """The page in Markdown."""
    lines = ["# The command line", "", "Every command and option, as the program itself says it.", ""]
    for name, command in commands("claim-aug", typer.main.get_command(build_app())):
        lines += [f"## `{name}`", "", inspect.cleandoc(command.help or "").strip(), ""]
        lines += [f"```text\n{usage(name, command)}\n```", ""]
        options = [one for one in command.params if not getattr(one, "hidden", False)]
        if options:
            lines += ["| option | meaning | by default |", "|---|---|---|", *map(row, options), ""]
    return "\n".join(lines)


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its whole name; a group comes before what is in it."""
    below = getattr(command, "commands", {})
    if name != "claim-aug" and (not below or command.invoke_without_command):
        yield name, command
    for word, one in below.items():
        yield from commands(f"{name} {word}", one)


def usage(name: str, command: Any) -> str:
    """How a command is typed: its arguments by name."""
    arguments = [one.metavar or one.name.upper() for one in command.params if one.param_type_name == "argument"]
    return " ".join([name, *arguments, "[options]"])


def row(parameter: Any) -> str:
    """An option as a row of a table."""
    argument = parameter.param_type_name == "argument"
    names = [parameter.metavar or parameter.name.upper()] if argument else [*parameter.opts, *parameter.secondary_opts]
    shown = ", ".join(f"`{one}`" for one in names)
    if not argument and parameter.metavar:
        shown += f" {parameter.metavar}"
    unset = (None, False, (), [])
    default = "" if callable(parameter.default) or parameter.default in unset else f"`{parameter.default}`"
    cells = (shown, parameter.help or "", default)
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"
