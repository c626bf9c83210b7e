"""``claim-aug segment``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.groups import Orientation
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.data.case import Case


def segment(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="A scan (.nii.gz, .nii, .png), or a folder of scans.")],
    second: Annotated[
        Path,
        typer.Argument(metavar="[LABELS] OUT", help="Label map of the ventricle, if there is one; folder to write."),
    ],
    out: Annotated[Path | None, typer.Argument(metavar="", show_default=False)] = None,
    *,
    scheme: opt.Scheme = opt.SCHEME,
    unlabelled: Annotated[
        bool, opt.scan(None, "Find ventricles even where a folder has them labelled.", "--unlabelled")
    ] = False,
    model: Annotated[
        Path | None, opt.scan("FOLDER", "Segmenter of finetune or joint-train; the package's start by default.")
    ] = None,
    caution: Annotated[
        float | None,
        opt.scan("NUMBER", "Factor of scar's share; below 1 scar is found less often. The segmenter's own by default."),
    ] = None,
    smallest: Annotated[
        float | None, opt.scan("%LV", "Size of the smallest piece of scar that counts; the segmenter's own by default.")
    ] = None,
    device: Annotated[str | None, opt.scan("NAME", "cpu, cuda, ...; the fastest there is by default.")] = None,
    orientation: Orientation,
    as_json: opt.Json = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Find scar in a labelled wall, or ventricle and scar where nothing is labelled. For research only."""
    from dataclasses import replace

    from claim_aug.anatomy import LabelScheme
    from claim_aug.jobs.segment import segment_cases
    from claim_aug.optimisation.device import find_device
    from claim_aug.segmentation.folder import SHIPPED, read_segmenter

    labels, folder = (None, second) if out is None else (second, out)
    source = SHIPPED if model is None else model
    segmenter = read_segmenter(source, str(find_device(device)))
    if caution is not None:
        if not caution > 0:
            msg = f"--caution needs to be above 0, got {caution:g}"
            raise InputError(msg)
        segmenter = replace(segmenter, caution=caution, wall_caution=caution)
    if smallest is not None:
        if not 0 <= smallest < 100:
            msg = f"--smallest needs to be within 0-100 %LV, got {smallest:g}"
            raise InputError(msg)
        segmenter = replace(segmenter, smallest=smallest)
    cases = cases_of(scan, labels, unlabelled=unlabelled)
    failed: list[str] = []
    with console.progress_bar("segmenting", len(cases)) as advance:
        reports = segment_cases(
            segmenter,
            cases,
            folder,
            LabelScheme.parse(scheme).require("infarct"),
            source=source,
            overwrite=overwrite,
            skipped=(lambda case, error: failed.append(f"{case.name}: {error}")) if scan.is_dir() else None,
            advance=advance,
            **orientation.keywords(),
        )
    if as_json:
        console.print_json(reports)
    else:
        print_reports(reports)
        for line in failed:
            console.print_line(f"passed over {line}", "yellow")
        console.print_line("for research only, not for diagnosis")
        console.print_written(folder)


def cases_of(scan: Path, labels: Path | None, *, unlabelled: bool) -> list[Case]:
    """The one case, or the cases of a folder with their labels where it has them."""
    from claim_aug.data.case import Case
    from claim_aug.data.dataset import find_cases, find_images, has_labels

    if not scan.is_dir():
        return [Case.from_image(scan) if labels is None else Case.from_files(scan, labels)]
    if labels is not None:
        msg = f"{scan} is a folder, whose labels lie beside its images; leave {labels} away"
        raise InputError(msg)
    return find_images(scan) if unlabelled or not has_labels(scan) else find_cases(scan, images_for="a segmentation")


def print_reports(reports: list[dict[str, Any]]) -> None:
    """Print a row for each case."""

    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f}"

    rows = []
    for report in reports:
        totals = report["totals"]
        amounts = [number(totals["scar"][unit]) for unit in ("percent_lv", "g")]
        rows.append((report["case"], report["ventricle"], *amounts, number(totals["mvo"]["percent_lv"])))
    console.print_table("scar that was found", ("case", "ventricle", "scar %LV", "g", "MVO %LV"), rows)
