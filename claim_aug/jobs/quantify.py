"""The scar of a case as a report and as rows of a table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import NAMES
from claim_aug.data.case import Case
from claim_aug.data.provenance import describe
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.measures.quantification import Amount, Quantification, RuleArea, SegmentScar, quantify


def quantify_case(case: Case, anatomy: LVAnatomy) -> dict[str, Any]:
    """Everything measured of a case, ready for JSON; mL and g are ``None`` where the spacing is not known."""
    measured = quantify(case.region(anatomy), anatomy)
    return {
        "case": case.name,
        **describe(anatomy),
        "totals": totals(measured),
        "segments": {str(segment.segment): segment_row(segment) for segment in measured.segments},
        "remote": None if measured.remote is None else vars(measured.remote),
        "rules": {rule.name: rule_row(rule) for rule in measured.rules},
    }


def totals(measured: Quantification) -> dict[str, Any]:
    """The whole ventricle: wall, scar, and infarct and MVO apart."""
    amounts = {"lv": measured.wall, "scar": measured.scar, "infarct": measured.infarct, "mvo": measured.mvo}
    return {name: amount_row(amount) for name, amount in amounts.items()} | {
        "scarred_segments": measured.scarred_segments,
        "transmurality_percent": round(measured.transmurality_percent, 2),
    }


def size_row(amount: Amount) -> dict[str, Any]:
    """Voxels, mL and g."""
    return {name: rounded(getattr(amount, name), 3) for name in ("voxels", "ml", "g")}


def amount_row(amount: Amount) -> dict[str, Any]:
    """Voxels, mL, g and %LV."""
    return size_row(amount) | {"percent_lv": round(amount.percent_lv, 3)}


def segment_row(segment: SegmentScar) -> dict[str, Any]:
    """One AHA segment."""
    return {
        "name": NAMES[segment.segment],
        **size_row(segment.wall),
        "scar_voxels": segment.scar.voxels,
        "scar_percent": rounded(segment.scar_percent, 2),
        "transmurality_percent": rounded(segment.transmurality_percent, 2),
        "transmurality_class": segment.transmurality_class,
        "mvo_percent": rounded(segment.mvo_percent, 2),
    }


def rule_row(rule: RuleArea) -> dict[str, Any]:
    """One intensity rule."""
    nothing = dict.fromkeys(("voxels", "ml", "g", "percent_lv"))
    found = nothing if rule.found is None else amount_row(rule.found)
    return {"threshold": rounded(rule.threshold, 3)} | found | {"dice": rounded(rule.dice, 3)}


def table_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The CSV's rows: the 17 segments, and the whole ventricle as ``total``."""
    lv, scar, mvo = (report["totals"][name] for name in ("lv", "scar", "mvo"))
    whole = {
        "segment": "total",
        "name": "left ventricle",
        **{key: lv[key] for key in ("voxels", "ml", "g")},
        "scar_voxels": scar["voxels"],
        "scar_percent": scar["percent_lv"],
        "transmurality_percent": report["totals"]["transmurality_percent"],
        "transmurality_class": None,
        "mvo_percent": mvo["percent_lv"],
    }
    rows = [{"segment": segment, **row} for segment, row in report["segments"].items()]
    return [{"case": report["case"], "anchor": report["anchor"]["source"], **row} for row in [*rows, whole]]


def check_csv(path: Path, *, overwrite: bool) -> None:
    """Refuse a CSV of another kind or one that is there, before any work.

    Raises:
        InputError: a path that does not end in .csv, so may be a scan's.
        OutputError: a file that exists.
    """
    if path.suffix.lower() != ".csv":
        msg = f"--csv needs a file that ends in .csv, got {path}"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(path.parent, [path.name])


def write_csv(report: dict[str, Any], path: Path) -> None:
    """Write the rows; unknown values are empty.

    Raises:
        OutputError: a file that cannot be written.
    """
    rows = table_rows(report)
    with (
        staged(path.parent, name=path.name) as stage,
        (stage / path.name).open("w", newline="", encoding="utf-8") as stream,
    ):
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def rounded(value: float | None, digits: int) -> float | None:
    """Rounded, or still unknown."""
    return None if value is None else round(value, digits)
