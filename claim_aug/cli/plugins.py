"""``claim-aug plugins``, ``claim-aug plugins show`` and ``claim-aug plugins check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError, PluginError

if TYPE_CHECKING:
    from claim_aug.plugins.registry import Entry
    from claim_aug.testing import CheckResult

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
MARKS = {"passed": "ok", "skipped": "skip", "failed as expected": "xfail"}
Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A prior, generator, layout or metric, or a plugin with all that it provides."),
]


def plugins(
    context: typer.Context,
    as_json: opt.Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a plugin failed.")] = False,
) -> None:
    """List plugins with status, version, licence and what each provides; show the options of one, or check it."""
    from rich.text import Text

    from claim_aug.plugins.loader import load_plugins

    if command := context.invoked_subcommand:
        if as_json or strict:
            msg = f"options come after the command: claim-aug plugins {command} NAME --json"
            raise InputError(msg)
        return
    statuses = load_plugins().statuses
    if as_json:
        from dataclasses import asdict

        from claim_aug.plugins.documented import describe_backends, describe_others

        console.print_json(
            [
                asdict(status) | {"backends": describe_backends(status.name)} | describe_others(status.name)
                for status in statuses
            ]
        )
    else:
        rows = []
        for status in statuses:
            state = Text(f"failed: {status.error}", "red") if status.error else Text("loaded", "green")
            rows.append((status.name, status.version, status.licence, provided(status.provides), state))
        console.print_table("", ("plugin", "version", "licence", "provides", "status"), rows)
    if strict and any(status.error for status in statuses):
        raise typer.Exit(1)


def provided(names: Sequence[str]) -> str:
    """What a plugin provides, a line for each kind."""
    kinds: dict[str, list[str]] = {}
    for kind, _, name in (one.rpartition(" ") for one in names):
        kinds.setdefault(kind, []).append(name)
    return "\n".join(f"{kind} {', '.join(own)}" for kind, own in kinds.items()) or "-"


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Anything that a plugin provides, or a plugin.")],
) -> None:
    """Show what a plugin provides: the options of priors and generators, what is fine of metrics."""
    from claim_aug.plugins.loader import load_plugins

    plugins = load_plugins()
    for kind, entry in plugins.find(name, [registry.kind for registry in plugins.registries.values()]):
        title = f"{kind} {entry.name}" + (f": {entry.summary}" if entry.summary else "")
        if kind in SHOWN:
            console.print_table(title, *SHOWN[kind](entry))
        else:
            console.print_line(title)


def options_shown(entry: Entry) -> Table:
    """The options of a prior or a generator: default, range and meaning."""
    from claim_aug.plugins.documented import options_of_entry

    rows = [
        (one.name, one.default or "-", "-" if one.range is None else "{:g}-{:g}".format(*one.range), one.meaning)
        for one in options_of_entry(entry)
    ]
    return ("option", "default", "range", "meaning"), rows


def metric_shown(entry: Entry) -> Table:
    """The group of a metric, what is fine, and what to look at where it is not."""
    from claim_aug.evaluation.registered_metrics import definition_of

    one = definition_of(entry)
    row = (one.group, "{:g} to {:g}".format(*one.fine), "yes" if one.needs_real else "no", one.advice)
    return ("group", "fine", "needs a real set", "look again at"), [row]


def scheme_shown(entry: Entry) -> Table:
    """The values of a label scheme."""
    from claim_aug.anatomy.labels import TISSUES, LabelScheme

    scheme = LabelScheme.parse(entry.name)
    return TISSUES, [tuple(", ".join(map(str, getattr(scheme, tissue))) or "-" for tissue in TISSUES)]


#: What is shown of each kind beside name and summary: columns and rows of a table.
SHOWN = {"prior": options_shown, "generator": options_shown, "metric": metric_shown, "label scheme": scheme_shown}


def check(
    name: Name,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help="Option that a prior or generator is made with."),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="CHECK=REASON", help="Check that is known to fail; passing is an error then."),
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """Check that what a plugin provides keeps what all of its kind have to keep, and say why it matters."""
    from claim_aug.testing import run_suite
    from claim_aug.testing.registered import suites_for

    pairs = [text.partition("=") for text in expect or []]
    if vague := [check for check, _, reason in pairs if not reason]:
        msg = f"--expect needs CHECK=REASON, got {vague[0]!r}"
        raise InputError(msg)
    suites = suites_for(name, opt.parse_settings(setting or []), {check: reason for check, _, reason in pairs})
    found = {title: run_suite(suite) for title, suite in suites.items()}
    if as_json:
        console.print_json({title: [vars(result) for result in results] for title, results in found.items()})
    else:
        for title, results in found.items():
            print_results(title, results)
    bad = {title: [one.check for one in results if not one.good] for title, results in found.items()}
    if any(bad.values()):
        failing = (
            f"{title} fails {console.counted(len(names), 'check')}: {', '.join(names)}"
            for title, names in bad.items()
            if names
        )
        raise PluginError("; ".join(failing))


def print_results(title: str, results: list[CheckResult]) -> None:
    """Print each check, and of those that failed what was found and why it matters."""
    console.print_line(title)
    for result in results:
        aside = f" ({result.detail})" if result.good and result.detail else ""
        console.print_line(f"  {MARKS.get(result.outcome, 'FAIL'):5} {result.holds}{aside}")
        if not result.good:
            for word, text in reasons(result).items():
                console.print_line(f"        {word}: {text}")
    counts = Counter(result.outcome for result in results)
    console.print_line(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))


def reasons(result: CheckResult) -> dict[str, Any]:
    """What is said of a check that failed."""
    found = f"it passes, though it was expected to fail: {result.detail}"
    return {
        "found": found if result.outcome == "passed unexpectedly" else result.detail,
        "why": result.why,
        "check": result.check,
    }
