"""``claim-aug plugins``."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(plugins)


def plugins(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a plugin failed.")] = False,
) -> None:
    """List plugins with status, version, licence and what each provides."""
    import dataclasses
    import json

    from claim_aug.plugins.loader import load_plugins

    statuses = load_plugins().statuses
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(status) for status in statuses], indent=2))
    else:
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        table = Table("plugin", "version", "licence", "provides", "status")
        for status in statuses:
            state = "[green]loaded[/]" if status.error is None else f"[red]failed: {escape(status.error)}[/]"
            row = (status.name, status.version, status.licence, "\n".join(status.provides) or "-")
            table.add_row(*map(escape, row), state)
        Console().print(table)
    if strict and any(status.error for status in statuses):
        raise typer.Exit(1)
