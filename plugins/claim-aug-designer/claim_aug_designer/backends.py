"""Priors and generators with their options, from the registry: what a plugin brings shows up by itself."""

from __future__ import annotations

import ast
from typing import Any

from claim_aug.errors import ClaimAugError
from claim_aug.plugins import Entry, Option, load_plugins, options_of_entry

#: Options that the page fills by itself or that are no part of a design.
APART = ("labels", "mask", "table", "distributions", "model", "bank", "device", "compile")


def describe_backends() -> dict[str, list[dict[str, Any]]]:
    """All priors and all generators, ready for JSON. Their modules are imported for it."""
    plugins = load_plugins()
    return {
        kind: [describe(entry) for entry in registry]
        for kind, registry in (("priors", plugins.priors), ("generators", plugins.generators))
    }


def describe(entry: Entry) -> dict[str, Any]:
    """One backend: name, what it is, whether it is slow, and its options; one that cannot be loaded says why."""
    found = {"name": entry.name, "summary": entry.summary, "plugin": entry.plugin, "options": [], "error": None}
    try:
        slow = bool(getattr(entry.load(), "main_process_only", False))
        options = [describe_option(option) for option in options_of_entry(entry) if option.name not in APART]
        return found | {"slow": slow, "takes_argument": entry.takes_argument(), "options": options}
    except ClaimAugError as error:
        return found | {"slow": False, "takes_argument": False, "error": str(error)}


def describe_option(option: Option) -> dict[str, Any]:
    """An option with its default as JSON has it, where it can."""
    return {**vars(option), "default": default_of(option.default)}


def default_of(text: str | None) -> Any:
    """The default of an option that is a number, text, or a list of them; ``None`` else."""
    try:
        return None if text is None else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
