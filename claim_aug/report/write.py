"""An evaluation and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claim_aug.data.output_layouts import write_json
from claim_aug.data.provenance import plain
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.evaluation.metric import Evaluation
from claim_aug.jobs.evaluate import JudgedScan, evaluate_folders
from claim_aug.optional import need
from claim_aug.report.datasheet import datasheet, modelcard
from claim_aug.report.evaluation import as_json
from claim_aug.report.html import report_page
from claim_aug.report.sheet import Sheet, make_sheet

JSON, PAGE, DATASHEET, MODELCARD = "evaluation.json", "report.html", "datasheet.md", "modelcard.md"


def evaluate_and_write(
    synthetic: Path, real: Path | None, out: Path | None, *, overwrite: bool = False, **options: Any
) -> Evaluation:
    """Judge a set and write ``report.html``, ``evaluation.json``, ``datasheet.md`` and ``modelcard.md``.

    Args:
        synthetic, real: arguments of ``evaluate_folders``.
        out: folder to write to; ``None`` to write nothing.
        overwrite: whether files that exist are replaced.
        **options: keywords of ``evaluate_folders``.

    Raises:
        ClaimAugError: folders that cannot be judged, files that exist, or a folder that cannot be written.
    """
    if out is None:
        return evaluate_folders(synthetic, real, **options).evaluation
    if not overwrite:
        refuse_existing(out, (JSON, PAGE, DATASHEET, MODELCARD))
    need("jinja2", "evaluate")
    sheets: dict[str, Sheet] = {}

    def keep(scan: JudgedScan) -> None:
        sheets[scan.scar.name] = make_sheet(scan)

    found = evaluate_folders(synthetic, real, on_scan=keep, **options)
    page = report_page(found, sheets)
    with staged(out) as stage:
        (stage / PAGE).write_text(page, encoding="utf-8")
        (stage / DATASHEET).write_text(datasheet(found), encoding="utf-8")
        (stage / MODELCARD).write_text(modelcard(found), encoding="utf-8")
        write_json(stage / JSON, plain(as_json(found.evaluation)))
    return found.evaluation
