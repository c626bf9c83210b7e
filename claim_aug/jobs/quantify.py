"""The scar of a case as a report and as rows of a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.aha import NAMES
from claim_aug.data.case import Case
from claim_aug.data.dataset import Skipped, iter_cases, warn_unanchored
from claim_aug.data.provenance import describe, plain
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.measures.quantification import Amount, Quantification, RuleArea, SegmentScar, quantify


def quantify_case(case: Case, anatomy: LVAnatomy) -> dict[str, Any]:
    """Everything measured of a case, ready for JSON; mL and g are ``None`` where the spacing is not known."""
    assert case.image is not None
    return {"case": case.name, **scar_report(case.image, anatomy)}


def scar_report(image: NDArray[Any], anatomy: LVAnatomy) -> dict[str, Any]:
    """Everything that ``claim-aug quantify`` measures of a scan, ready for JSON.

    Args:
        image: intensities of the scan, (I, J, K) or (I, J), any unit.
        anatomy: ventricle of the scan, with its labelled scar.

    Returns:
        What the command's JSON has but the name of the case: ``anchor``, ``orientation``, size of the wall,
        ``totals``, ``segments`` by number, ``remote`` and ``rules``; mL and g are ``None`` where the spacing is not
        known.

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, scar=True, shape=(80, 80, 4))
        >>> report = scar_report(scan.image, LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine))
        >>> report["segments"]["7"]["name"], report["totals"]["scar"]["percent_lv"] > 0
        ('mid anterior', True)
    """
    heart, _ = anatomy.tight()
    measured = quantify(image.reshape(heart.grid_shape)[heart.box].astype(np.float64), heart)
    report = {
        **describe(anatomy),
        "totals": totals(measured),
        "segments": {str(segment.segment): segment_row(segment) for segment in measured.segments},
        "remote": None if measured.remote is None else vars(measured.remote),
        "rules": {rule.name: rule_row(rule) for rule in measured.rules},
    }
    return dict(plain(report))


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


def case_row(report: dict[str, Any]) -> dict[str, Any]:
    """One case as a row: how much LV, scar, infarct and MVO, how deep, and what the rules find."""
    more = {name: report["totals"][name] for name in ("scarred_segments", "transmurality_percent")}
    rules = {f"{name}_percent_lv": rule["percent_lv"] for name, rule in report["rules"].items()}
    return {"case": report["case"], "anchor": report["anchor"]["source"], **amounts(report), **more, **rules}


def amounts(report: Mapping[str, Any]) -> dict[str, Any]:
    """LV, scar, infarct and MVO of a report as the cells of a row."""
    return {
        f"{tissue}_{unit}": report["totals"][tissue][unit]
        for tissue in ("lv", "scar", "infarct", "mvo")
        for unit in ("voxels", "ml", "g", "percent_lv")
    }


def quantify_cases(
    cases: Sequence[Case], scheme: LabelScheme | str, *, skipped: Skipped, advance: Callable[[], None], **known: Any
) -> list[dict[str, Any]]:
    """The reports of many cases, in their order.

    Args:
        cases: scans with their labels.
        scheme: label scheme of the label maps.
        skipped: errors that are passed over.
        advance: function that is called after every case.
        **known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.

    Raises:
        InputError: cases of which none can be used.
    """
    reports, unanchored = [], []
    for case, anatomy in iter_cases(cases, scheme, on_error=skipped, warn=False, **known):
        with skipped.passing_over(case):
            reports.append(quantify_case(case, anatomy))
            if not anatomy.anchor.known:
                unanchored.append(case.name)
        advance()
    skipped.refuse_all(len(cases))
    warn_unanchored(unanchored, len(cases))
    return reports


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


def write_csv(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write rows with the same columns; unknown values are empty.

    Raises:
        OutputError: a file that cannot be written.
    """
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
