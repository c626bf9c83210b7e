"""``claim-aug plugins``."""

from __future__ import annotations

from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt


def plugins(
    as_json: opt.Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a plugin failed.")] = False,
) -> None:
    """List plugins with status, version, licence and what each provides."""
    from dataclasses import asdict

    from rich.text import Text

    from claim_aug.plugins.loader import load_plugins

    statuses = load_plugins().statuses
    if as_json:
        console.print_json([asdict(status) for status in statuses])
    else:
        rows = []
        for status in statuses:
            state = Text(f"failed: {status.error}", "red") if status.error else Text("loaded", "green")
            rows.append((status.name, status.version, status.licence, "\n".join(status.provides) or "-", state))
        console.print_table("", ("plugin", "version", "licence", "provides", "status"), rows)
    if strict and any(status.error for status in statuses):
        raise typer.Exit(1)
