"""``claim-aug verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError


def verify(
    out: Annotated[Path, typer.Argument(help="Folder that generate wrote of a data set.")],
    *,
    redo: Annotated[
        str | None, typer.Option(metavar="ID", help="Make this sample again, by its name or id, and compare.")
    ] = None,
    as_json: opt.Json = False,
) -> None:
    """Compare every file of a run with its hash in the manifest, or make one sample again and compare."""
    from claim_aug.jobs.runs.verify import damaged, read_run

    rows = read_run(out)
    if redo is not None:
        rows = {key: row for key, row in rows.items() if redo in (key, row["name"])}
        if not rows:
            msg = f"{out} has no sample {redo!r}; names and ids are in manifest.csv"
            raise InputError(msg)
        found = {row["name"]: ", ".join(differ) for row in rows.values() if (differ := redone(out, row))}
        what = "made again and compared"
    else:
        with console.progress_bar("hashing", len(rows)) as advance:
            found = damaged(out, rows, advance)
        what = "compared with their hashes"
    if as_json:
        console.print_json({"compared": len(rows), "different": found})
    else:
        console.print_line(f"{console.counted(len(rows), 'sample')} {what}, {len(rows) - len(found)} as they should be")
        for name, wrong in found.items():
            console.print_line(f"different: {name}: {wrong}", "red")
    if found:
        raise typer.Exit(1)


def redone(out: Path, row: dict[str, Any]) -> list[str]:
    """The files of a sample that come out other than they did, with the options of its run."""
    from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions
    from claim_aug.cli.generate_request import from_settings, requested
    from claim_aug.cli.groups import Orientation
    from claim_aug.jobs.runs.sampling import Sampling
    from claim_aug.jobs.runs.settings import SETTINGS, read_settings
    from claim_aug.jobs.runs.verify import made_again

    settings = read_settings(out / SETTINGS)
    scar, output = from_settings(ScarOptions, settings), from_settings(OutputOptions, settings)
    data, orientation = from_settings(DataSetOptions, settings), from_settings(Orientation, settings)
    asked = requested(Path(settings["scan"]), scar, output, data, scheme_given=True)
    known, kept = orientation.keywords(), asked.keywords(output.seed)
    return made_again(
        row,
        asked.plan.jobs(output.count, output.seed, asked.layout),
        lambda folder, stage: Sampling(
            asked.synthesizer,
            known,
            out=folder,
            stage=stage,
            attempts=data.redraws + 1,
            preview=bool(output.preview),
            **kept,
        ),
    )
