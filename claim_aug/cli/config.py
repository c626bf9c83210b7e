"""``--config``: the options of a command from a TOML file, and the file that repeats a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from claim_aug.errors import InputError


def load_config(context: typer.Context, path: Path | None) -> Path | None:
    """Take what a file says as the defaults of the command; the command line overrules it.

    Raises:
        InputError: a file that cannot be read, or a name in it that is no option of the command.
    """
    if path is None or context.resilient_parsing:
        return path
    from claim_aug.jobs.runs.settings import FACTS, read_settings
    from claim_aug.plugins.registry import did_you_mean

    names = {option_name(parameter): str(parameter.name) for parameter in context.command.params}
    found = {}
    for key, value in read_settings(path).items():
        if key in FACTS and isinstance(value, dict):
            continue  # what is recorded there is no option
        name = key.replace("_", "-")
        if name not in names:
            msg = f"{path} has {key!r}, which is no option of {context.info_name}{did_you_mean(name, list(names))}"
            raise InputError(msg)
        found[names[name]] = value
    context.default_map = {**(context.default_map or {}), **found}
    return path


def option_name(parameter: Any) -> str:
    """The name of a parameter in a file: its longest option without dashes before it, or its argument's name."""
    options = [option.removeprefix("--") for option in parameter.opts if option.startswith("--")]
    return max(options, key=len) if options else str(parameter.name).replace("_", "-")


def source_of(context: typer.Context, name: str) -> str | None:
    """Where a parameter was set: ``COMMANDLINE``, ``DEFAULT_MAP`` (a file), ``ENVIRONMENT``; ``None`` by default."""
    source = context.get_parameter_source(name)
    return None if source is None or source.name in ("DEFAULT", "DEFAULT_PROMPT") else str(source.name)


def current_settings(context: typer.Context, changed: Mapping[str, Any]) -> dict[str, Any]:
    """All options of the command that runs, as a file would have them.

    Args:
        context: context of the command.
        changed: values that are not as they were given, by the parameter's name.
    """
    values = {**context.params, **changed}
    found = {}
    for parameter in context.command.params:
        value = values.get(str(parameter.name))
        if parameter.name not in ("config", "help") and value not in (None, [], ()):
            found[option_name(parameter)] = str(value) if isinstance(value, Path) else value
    return found
