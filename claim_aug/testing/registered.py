"""Suites for what plugins have registered, by name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from claim_aug.errors import InputError
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Entry, did_you_mean
from claim_aug.testing.generators import GeneratorTests
from claim_aug.testing.priors import PriorTests
from claim_aug.testing.suite import Suite

SUITES: dict[str, type[Suite]] = {"prior": PriorTests, "generator": GeneratorTests}


def suites_for(name: str, options: Mapping[str, Any], expected_failures: Mapping[str, str]) -> dict[str, type[Suite]]:
    """A suite for each prior and generator of a name, or of the plugin of that name, by title.

    Args:
        name: name of a prior or generator, with its argument as in ``smile:learned.json``, or of a plugin.
        options: options that the backends are made with, each handed to those that take it.
        expected_failures: reason for each check, by name, that is known to fail.

    Raises:
        PluginError: an unknown name, or a backend that cannot be made.
        InputError: an option that no backend takes, or a check that there is not.
    """
    plugins = load_plugins()
    entries = plugins.find(name)
    taken = {option for _, entry in entries for option in entry.parameters()}
    for option in options:
        if option not in taken:
            msg = (
                f"{name} has no parameter {option!r}{did_you_mean(option, taken)}; it takes: {', '.join(sorted(taken))}"
            )
            raise InputError(msg)
    suites = {}
    for kind, entry in entries:
        own = {option: value for option, value in options.items() if option in entry.parameters()}
        _, colon, argument = name.partition(":")
        registry = plugins.priors if kind == "prior" else plugins.generators
        registry.create(f"{entry.name}{colon}{argument}", own)  # what cannot be made at all is one error, not fifteen
        factory = functools.partial(entry.load(), argument) if colon else entry.load()
        body = {"factory": staticmethod(factory), "options": own, "expected_failures": expected_failures}
        suites[title_of(kind, entry)] = type(f"{kind} {entry.name}", (SUITES[kind],), body)
    return suites


def title_of(kind: str, entry: Entry) -> str:
    """A backend and where it is from."""
    return f"{kind} {entry.source}"
