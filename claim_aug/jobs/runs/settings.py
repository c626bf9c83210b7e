"""``run.toml``: what a run was asked for, in the form that ``--config`` reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claim_aug.data.commit import write_whole
from claim_aug.errors import OutputError, unreadable
from claim_aug.text import differences

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETTINGS = "run.toml"
#: Tables of facts that decide the samples as the options do, but are none.
FACTS = ("files", "software")
#: Options that say who does the work and what is printed: they do not decide what comes out.
HOW = ("out", "workers", "threads", "executor", "address", "gpus-per-worker", "fail-fast")
#: Options of one call alone, which the file leaves out.
ONCE = ("overwrite", "dry-run", "shard", "quiet", "json")


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a TOML file.

    Raises:
        InputError: a file that cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise unreadable(f"{path} cannot be read as TOML: {error}", error) from error


def to_toml(settings: Mapping[str, Any]) -> str:
    """Settings as TOML: plain values first, then a table for each mapping; what is ``None`` is left out.

    Example:
        >>> print(to_toml({"per_case": 5, "only": None, "files": {"bank": "ab12"}}), end="")
        per_case = 5
        <BLANKLINE>
        [files]
        "bank" = "ab12"
    """
    lines, tables = [], []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            tables += ["", f"[{name}]", *(f"{as_value(key)} = {as_value(own)}" for key, own in value.items())]
        elif value is not None:
            lines.append(f"{name} = {as_value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def as_value(value: Any) -> str:
    """A text, number, truth value or list as TOML writes it, which is as JSON does but for a control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def settle(out: Path, settings: Mapping[str, Any], hidden: Path, command: str) -> None:
    """Write the settings of a run into its folder, or compare them with those that are there.

    Args:
        out: folder of the run.
        settings: options by name, and tables of facts.
        hidden: folder on the same disk for what is half written.
        command: command that repeats the run, for the head of the file.

    Raises:
        OutputError: settings of another run; what differs is named.
    """
    path = out / SETTINGS
    if path.exists():
        before, now = (deciding(one) for one in (read_settings(path), settings))
        if differ := differences(before, now):
            msg = f"{out} holds another run: {', '.join(differ)}; give another output, or go on with the same command"
            raise OutputError(msg)
        return
    kept = {name: value for name, value in settings.items() if name not in ONCE}
    write_whole(hidden / SETTINGS, f"# {command}\n{to_toml(kept)}")
    (hidden / SETTINGS).replace(path)


def deciding(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide what comes out, in one flat mapping, as a file would give them back."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if name in FACTS:
            flat |= {f"{name} {key}": own for key, own in value.items()}
        elif name not in (*HOW, *ONCE) and value is not None:
            flat[name] = list(value) if isinstance(value, tuple) else value
    return flat
