"""What goes with a synthetic set: a data sheet, of what it holds, and a model card, of what made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from claim_aug.evaluation.resampling import Scars
from claim_aug.evaluation.set_statistics import TERRITORY, segment_frequency, territory_shares
from claim_aug.jobs.evaluate import SetEvaluation
from claim_aug.report.pages import render

#: Patients that the sheet names.
NAMED = 100


def datasheet(found: SetEvaluation) -> str:
    """The data sheet as Markdown."""
    patients = list(found.provenance.patients)
    return render(
        "datasheet.md.j2",
        evaluation=found.evaluation,
        made=found.provenance,
        sizes=list(sizes(found.synthetic)),
        segments=shares(segment_frequency(found.synthetic)),
        territories=dict(zip(TERRITORY, shares(territory_shares(found.synthetic)), strict=True)),
        named=patients[:NAMED],
        more=len(patients) - NAMED,
    )


def modelcard(found: SetEvaluation) -> str:
    """The card of what placed and painted the scar, as Markdown."""
    return render("modelcard.md.j2", evaluation=found.evaluation, made=found.provenance)


def sizes(scars: Scars) -> Iterator[tuple[str, str]]:
    """How the numbers of scans are distributed, a row of a table each."""
    for name, values, digits in (
        ("burden, %LV", [scar.burden_percent for scar in scars], 1),
        ("transmurality", [scar.transmurality for scar in scars], 2),
        ("extent", [scar.extent for scar in scars], 2),
    ):
        quartiles = np.percentile(values, [0, 25, 50, 75, 100])
        mean = f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"
        yield name, " | ".join([mean, *(f"{value:.{digits}f}" for value in quartiles)])


def shares(values: Any) -> Sequence[str]:
    """Shares in percent, and a dash for what no scan reaches."""
    return [f"{100 * value:.0f} %" if np.isfinite(value) else "-" for value in values]
