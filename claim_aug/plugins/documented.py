"""The options of a backend as its class documents them: names, defaults, ranges and meanings."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from claim_aug.errors import PluginError
from claim_aug.plugins.guard import naming_whatever_is_raised
from claim_aug.plugins.loader import BACKENDS, load_plugins
from claim_aug.plugins.registry import Entry

#: An entry of a docstring's ``Args``, such as ``burden, extent: size in percent, 0.1-100``, and its later lines.
ENTRY = re.compile(r"^    (?P<names>\w+(?:, \w+)*): (?P<text>.*(?:\n {5,}.*)*)", re.MULTILINE)
SECTION = re.compile(r"^Args:\n(?P<entries>(?:(?: .*)?\n)*)", re.MULTILINE)
#: Two numbers with a hyphen between them, such as ``0.1-100``.
BETWEEN = re.compile(r"(?<![\w.-])(?P<low>\d+(?:\.\d+)?)-(?P<high>\d+(?:\.\d+)?)(?![\w-])")


@dataclass(frozen=True)
class Option:
    """One keyword parameter of a backend.

    Attributes:
        name: name of the parameter.
        default: default as Python shows it; ``None`` where a value has to be given.
        range: lowest and highest value that the documentation names first, as in ``0.1-100``; ``None`` where it names
            none.
        meaning: documentation of the parameter; ``""`` where there is none.

    Example:
        >>> Option("thickness", "0.5", (0.2, 1.0), "share of the wall's depth, 0.2-1").range
        (0.2, 1.0)
    """

    name: str
    default: str | None
    range: tuple[float, float] | None
    meaning: str


def options_of(factory: Callable[..., Any]) -> list[Option]:
    """The options of a factory: its signature, and the ``Args`` of its docstring or of its base classes'."""
    meanings = documented(factory)
    return [
        Option(name, default_of(parameter), range_in(meanings.get(name, "")), meanings.get(name, ""))
        for name, parameter in inspect.signature(factory).parameters.items()
    ]


def options_of_entry(entry: Entry) -> list[Option]:
    """The options of a registered backend, whose module is imported for it.

    Raises:
        PluginError: a factory that cannot be imported, or read.

    Example:
        >>> from claim_aug.plugins import load_plugins
        >>> burden, *_ = options_of_entry(load_plugins().priors.get("random"))
        >>> burden.name, burden.range
        ('burden', (0.1, 100.0))
    """
    factory = entry.load()
    with naming_whatever_is_raised(entry.source):
        return options_of(factory)


def describe_backends(plugin: str) -> list[dict[str, Any]]:
    """Kind, name, summary and options of each backend of a plugin, ready for JSON; ``None`` for what fails to load."""
    plugins, found = load_plugins(), []
    for registry in (plugins.priors, plugins.generators):
        for entry in registry:
            if entry.plugin == plugin:
                try:
                    options = [asdict(option) for option in options_of_entry(entry)]
                except PluginError:
                    options = None
                found.append({"kind": registry.kind, "name": entry.name, "summary": entry.summary, "options": options})
    return found


def describe_others(plugin: str) -> dict[str, list[dict[str, str]]]:
    """Name and summary of whatever else a plugin provides, by its kind in the plural, ready for JSON."""
    return {
        f"{registry.kind.replace(' ', '_')}s": [
            {"name": entry.name, "summary": entry.summary} for entry in registry if entry.plugin == plugin
        ]
        for registry in load_plugins().registries.values()
        if registry.kind not in BACKENDS
    }


def documented(factory: Callable[..., Any]) -> dict[str, str]:
    """What the docstrings of a factory say of each parameter."""
    factory = factory.func if isinstance(factory, functools.partial) else factory
    classes = reversed(inspect.getmro(factory)) if inspect.isclass(factory) else [factory]
    found: dict[str, str] = {}
    for one in classes:
        section = SECTION.search(inspect.cleandoc(one.__doc__ or "") + "\n")
        for entry in ENTRY.finditer(section["entries"] if section else ""):
            found |= dict.fromkeys(entry["names"].split(", "), " ".join(entry["text"].split()))
    return found


def default_of(parameter: inspect.Parameter) -> str | None:
    """The default of a parameter as Python shows it."""
    return None if parameter.default is parameter.empty else repr(parameter.default)


def range_in(text: str) -> tuple[float, float] | None:
    """The first range that a text names."""
    found = BETWEEN.search(text)
    return None if found is None else (float(found["low"]), float(found["high"]))
