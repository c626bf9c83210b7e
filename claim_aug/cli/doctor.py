"""``claim-aug doctor``."""

from __future__ import annotations

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt

COLOURS = {"ok": "green", "note": "yellow", "fault": "red"}


def doctor(as_json: opt.Json = False) -> None:
    """Check this installation: versions, frameworks, devices, plugins, weights, and a sample that is known."""
    from rich.text import Text

    from claim_aug.jobs.doctor import examine

    checks = examine()
    if as_json:
        console.print_json([vars(check) for check in checks])
    else:
        rows = [(check.name, Text(check.state, style=COLOURS[check.state]), check.detail) for check in checks]
        console.print_table("", ("check", "", "found"), rows)
    if any(check.state == "fault" for check in checks):
        raise typer.Exit(1)
