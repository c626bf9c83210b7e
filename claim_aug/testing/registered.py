"""Suites for what plugins have registered, by name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from claim_aug.data.registered_output_layouts import output_layout_of
from claim_aug.errors import InputError
from claim_aug.evaluation.registered_metrics import definition_of
from claim_aug.plugins.loader import BACKENDS, load_plugins
from claim_aug.plugins.registry import Entry, did_you_mean
from claim_aug.testing.generators import GeneratorTests
from claim_aug.testing.layouts import LayoutTests
from claim_aug.testing.metrics import MetricTests
from claim_aug.testing.output_layouts import OutputLayoutTests
from claim_aug.testing.priors import PriorTests
from claim_aug.testing.suite import Suite

SUITES: dict[str, type[Suite]] = {
    "prior": PriorTests,
    "generator": GeneratorTests,
    "layout": LayoutTests,
    "output layout": OutputLayoutTests,
    "metric": MetricTests,
}


def suites_for(name: str, options: Mapping[str, Any], expected_failures: Mapping[str, str]) -> dict[str, type[Suite]]:
    """A suite for each thing of a name that can be checked, or of the plugin of that name, by title.

    Args:
        name: name of a prior or generator, with its argument as in ``smile:learned.json``, of a layout, of a metric, or
            of a plugin.
        options: options that priors and generators are made with, each handed to those that take it.
        expected_failures: reason for each check, that is known to fail, each handed to the suites that have it.

    Raises:
        PluginError: an unknown name, or what cannot be made.
        InputError: an option that nothing takes, or a check that there is not.
    """
    entries = load_plugins().find(name, SUITES)
    taken = {option for kind, entry in entries if kind in BACKENDS for option in entry.parameters()}
    for option in options:
        if option not in taken:
            takes = ", ".join(sorted(taken)) or "none"
            msg = f"{name} has no parameter {option!r}{did_you_mean(option, taken)}; it takes: {takes}"
            raise InputError(msg)
    suites = {}
    for kind, entry in entries:
        others = [SUITES[other] for other, _ in entries if other != kind]
        own = {
            check: reason
            for check, reason in expected_failures.items()
            if hasattr(SUITES[kind], check) or not any(hasattr(other, check) for other in others)
        }
        body = {**what_is_checked(kind, entry, name.partition(":")[1:], options), "expected_failures": own}
        suites[f"{kind} {entry.source}"] = type(f"{kind} {entry.name}", (SUITES[kind],), body)
    return suites


def what_is_checked(kind: str, entry: Entry, argument: tuple[str, str], options: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a suite that say what it checks; what cannot be made at all is one error, not fifteen.

    Args:
        kind: kind of what is checked.
        entry: what is checked, as it was registered.
        argument: colon and argument of a prior or generator, or twice nothing.
        options: options of priors and generators, of which it is handed its own.

    Raises:
        PluginError: what cannot be made.
        InputError: an option that it refuses.
    """
    if kind == "layout":
        return {"find": staticmethod(entry.load())}
    if kind == "output layout":
        return {"layout": output_layout_of(entry)}
    if kind == "metric":
        return {"definition": definition_of(entry)}
    own = {option: value for option, value in options.items() if option in entry.parameters()}
    colon, text = argument
    plugins = load_plugins()
    registry = plugins.priors if kind == "prior" else plugins.generators
    registry.create(f"{entry.name}{colon}{text}", own)
    factory = functools.partial(entry.load(), text) if colon else entry.load()
    return {"factory": staticmethod(factory), "options": own}
