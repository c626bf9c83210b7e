"""``claim-aug quantify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.groups import Orientation
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table


def quantify(
    scan: Annotated[
        Path, typer.Argument(metavar="IMAGE|DATASET", help="The scan (.nii.gz, .nii, .png), or a folder of scans.")
    ],
    labels: Annotated[Path | None, typer.Argument(help="Label map of the one scan, on the same grid.")] = None,
    *,
    scheme: opt.Scheme = opt.SCHEME,
    orientation: Orientation,
    csv: Annotated[
        Path | None, opt.output("FILE", "CSV file to write with the segments and the total.", "--csv")
    ] = None,
    as_json: opt.Json = False,
    fail_fast: opt.FailFast = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Measure labelled scar (mass, burden, transmurality), and what n-SD and FWHM rules find, in a scan or in many."""
    from claim_aug.data.case import Case
    from claim_aug.jobs.quantify import check_csv, quantify_case, table_rows, write_csv

    known = orientation.keywords()
    if csv is not None:
        check_csv(csv, overwrite=overwrite)
    if labels is None:
        quantify_set(scan, scheme, csv, known, as_json=as_json, fail_fast=fail_fast)
        return
    case = Case.from_files(scan, labels)
    anatomy = case.ventricle(scheme, **known)
    report = quantify_case(case, anatomy)
    if csv is not None:
        write_csv(table_rows(report), csv)
    if as_json:
        console.print_json(report)
    else:
        print_report(report)
        if csv is not None:
            console.print_written(csv)
        console.print_checks(anatomy, scheme)


def quantify_set(
    dataset: Path, scheme: str, csv: Path | None, known: dict[str, Any], *, as_json: bool, fail_fast: bool
) -> None:
    """Measure every case of a data set: a row for each."""
    from claim_aug.data.dataset import Skipped, find_cases
    from claim_aug.jobs.quantify import case_row, quantify_cases, write_csv

    skipped = Skipped(() if fail_fast else InputError)
    cases = find_cases(dataset, images_for="a measurement", on_error=skipped)
    with console.progress_bar("measuring", len(cases)) as advance:
        reports = quantify_cases(cases, scheme, skipped=skipped, advance=advance, **known)
    rows = [case_row(report) for report in reports]
    if csv is not None:
        write_csv(rows, csv)
    if as_json:
        console.print_json(reports)
    else:
        cells = ("scar_percent_lv", "scar_g", "mvo_percent_lv", "transmurality_percent", "5SD_percent_lv")
        table = [(row["case"], *(number(row[name], 1) for name in cells)) for row in rows]
        columns = ("case", "scar %LV", "scar g", "MVO %LV", "transmural %", "5 SD %LV")
        console.print_table(f"scar of {console.counted(len(rows), 'case')}", columns, table)
        if csv is not None:
            console.print_written(csv)
    console.end_with_failures(skipped.reasons)


def print_report(report: dict[str, Any]) -> None:
    """Print the report for people."""
    from rich.console import Console

    totals = report["totals"]
    for table in (segment_table(report), tissue_table(report), rule_table(report)):
        Console().print(table)
    depth = f", mean transmurality {totals['transmurality_percent']:.0f} %" if totals["scarred_segments"] else ""
    console.print_line(f"scar in {console.counted(totals['scarred_segments'], 'segment')}{depth}")
    console.print_anchor(report["anchor"])


def segment_table(report: dict[str, Any]) -> Table:
    """A row per AHA segment, and the whole ventricle."""
    from claim_aug.jobs.quantify import table_rows

    title = f"{report['case']}: scar by AHA segment"
    table = new_table(title, "segment", "voxels", "mL", "g", "scar %", "trans-\nmural %", "class", "MVO %")
    for row in table_rows(report):
        whole = row["segment"] == "total"
        cells = (
            row["name"] if whole else f"{row['segment']:>2} {row['name']}",
            number(row["voxels"], 0),
            *(number(row[key], 1) for key in ("ml", "g", "scar_percent")),
            number(row["transmurality_percent"], 0),
            row["transmurality_class"] or "-",
            number(row["mvo_percent"], 1),
        )
        # Where there is scar should be seen without reading.
        table.add_row(*cells, style="bold" if whole else "red" if row["scar_voxels"] else None)
        if row["segment"] == "17":
            table.add_section()
    return table


def tissue_table(report: dict[str, Any]) -> Table:
    """LV, scar, infarct and MVO by label."""
    table = new_table("by label", "tissue", "voxels", "mL", "g", "%LV")
    for key, name in (("lv", "left ventricle"), ("scar", "scar"), ("infarct", "  infarct"), ("mvo", "  MVO")):
        row = report["totals"][key]
        table.add_row(name, number(row["voxels"], 0), *(number(row[unit], 1) for unit in ("ml", "g", "percent_lv")))
    return table


def rule_table(report: dict[str, Any]) -> Table:
    """What each intensity rule finds."""
    remote = report["remote"]
    mean = "no remote myocardium" if remote is None else f"remote {remote['mean']:.4g} ± {remote['sd']:.3g}"
    table = new_table(f"by intensity ({mean})", "rule", "above", "mL", "g", "%LV", "Dice")
    for name, row in report["rules"].items():
        amounts = (number(row[unit], 1) for unit in ("ml", "g", "percent_lv"))
        label = name if name == "FWHM" else f"{name[0]} SD"
        table.add_row(label, number(row["threshold"], 1), *amounts, number(row["dice"], 2))
    return table


def new_table(title: str, first: str, *columns: str) -> Table:
    """A table of numbers with names in its first column, narrow enough for 80 characters."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    heading, gap = Text(title, style="bold"), (0, 1, 0, 0)
    table = Table(box=box.SIMPLE_HEAD, title=heading, title_justify="left", padding=gap)
    for column in (first, *columns):
        table.add_column(column, justify="left" if column is first else "right", no_wrap=True, vertical="bottom")
    return table


def number(value: float | None, digits: int) -> str:
    """A number, or ``-`` where it is not known."""
    return "-" if value is None else f"{value:.{digits}f}"
