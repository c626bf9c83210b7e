"""``claim-aug verify``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import ClaimAugError, InputError

if TYPE_CHECKING:
    from claim_aug.cli.generate_request import Request
    from claim_aug.jobs.runs.job import Job


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
    left = never_made(out, rows) if redo is None else 0
    if as_json:
        console.print_json({"compared": len(rows), "different": found, "never_made": left})
    else:
        console.print_line(f"{console.counted(len(rows), 'sample')} {what}, {len(rows) - len(found)} as they should be")
        for name, wrong in found.items():
            console.print_line(f"different: {name}: {wrong}", "red")
        if left is None:
            console.print_line("note: the data set of this run cannot be read: nothing tells how many samples it has")
        elif left:
            go_on = f"claim-aug generate --config {out / 'run.toml'}"
            console.print_line(
                f"warning: {console.counted(left, 'sample')} not made yet; go on with: {go_on}", "yellow"
            )
    if found:
        raise typer.Exit(1)


def asked_for(out: Path) -> tuple[Request, Sequence[Job], dict[str, Any]]:
    """What the run of a folder was asked for, its jobs, and its options.

    Raises:
        InputError: a file of options that is not as a run wrote it.
        ClaimAugError: a data set that is not there any more.
    """
    from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions
    from claim_aug.cli.generate_request import from_settings, requested
    from claim_aug.jobs.runs.settings import SETTINGS, read_settings

    settings = read_settings(out / SETTINGS)
    try:
        scar, output = from_settings(ScarOptions, settings), from_settings(OutputOptions, settings)
        data = from_settings(DataSetOptions, settings)
        asked = requested(Path(settings["scan"]), scar, output, data, scheme_given=True)
        return asked, asked.plan.jobs(output.count, output.seed, asked.layout), settings
    except ClaimAugError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{out / SETTINGS} does not hold the options of a run as it was written ({error}); generate anew"
        raise InputError(msg) from error


def never_made(out: Path, rows: dict[str, dict[str, Any]]) -> int | None:
    """How many samples of a run are still to be made; ``None`` where its data set is not there to tell."""
    from claim_aug.jobs.runs.verify import missing

    try:
        return missing(out, rows, asked_for(out)[1])
    except ClaimAugError:
        return None


def redone(out: Path, row: dict[str, Any]) -> list[str]:
    """The files of a sample that come out other than they did, with the options of its run."""
    from claim_aug.cli.generate_options import DataSetOptions, OutputOptions
    from claim_aug.cli.generate_request import from_settings
    from claim_aug.cli.groups import Orientation
    from claim_aug.jobs.runs.sampling import Sampling
    from claim_aug.jobs.runs.verify import made_again

    asked, jobs, settings = asked_for(out)
    output, data = from_settings(OutputOptions, settings), from_settings(DataSetOptions, settings)
    known, kept = from_settings(Orientation, settings).keywords(), asked.keywords(output.seed)
    return made_again(
        row,
        jobs,
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
