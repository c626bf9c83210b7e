"""An evaluation as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from claim_aug.evaluation.metric import Metric
from claim_aug.evaluation.ranking import ranking
from claim_aug.jobs.evaluate import SetEvaluation
from claim_aug.report.figures import bullseyes, distributions
from claim_aug.report.pages import embedded, render
from claim_aug.report.sheet import SIZE, Sheet

#: Scans of the contact sheet, and of the best and the worst.
SHOWN, EXTREMES = 40, 5
#: Width of the strip that shows a metric, as the template has it.
STRIP = 200


def report_page(found: SetEvaluation, sheets: Mapping[str, Sheet]) -> str:
    """The page.

    Args:
        found: evaluation with the scars that it rests on.
        sheets: sheet of each synthetic scan by its name; those that are not shown are left out of the page.
    """
    evaluation = found.evaluation
    ranked = ranking(found.synthetic, found.real)
    best, worst = ranked[:EXTREMES], ranked[: EXTREMES - 1 : -1][:EXTREMES]
    shown = spread(list(sheets), SHOWN)
    names = dict.fromkeys([*shown, *(one.name for one in (*best, *worst))])
    kept = {name: sheets[name] for name in names if name in sheets}
    sets = [("synthetic", found.synthetic), *([("real", found.real)] if found.real else [])]
    return render(
        "report.html.j2",
        evaluation=evaluation,
        groups=list(dict.fromkeys(metric.group for metric in evaluation.metrics)),
        faults=[metric for metric in evaluation.metrics if metric.verdict in ("do not use", "look again")],
        unjudged=unjudged(evaluation.metrics),
        strips={metric.name: strip(metric) for metric in evaluation.metrics},
        eyes=bullseyes(sets),
        plots=distributions(found.synthetic, found.real),
        sheets=kept,
        shown=shown,
        best=best,
        worst=worst,
        size=SIZE,
        about=list(about(evaluation.about)),
        licences=found.provenance.weights,
        data=embedded({name: [asdict(one) for one in sheet.slices] for name, sheet in kept.items()}),
    )


def unjudged(metrics: Sequence[Metric]) -> dict[str, dict[str, list[str]]]:
    """Names of the metrics without a value, by group and by the reason."""
    found: dict[str, dict[str, list[str]]] = {metric.group: {} for metric in metrics}
    for metric in metrics:
        if metric.value is None:
            found[metric.group].setdefault(metric.sentence, []).append(metric.name)
    return found


def spread(names: Sequence[str], most: int) -> list[str]:
    """At most so many of the names, evenly spread."""
    return [names[place] for place in np.unique(np.linspace(0, len(names) - 1, min(most, len(names))).astype(int))]


def strip(metric: Metric) -> dict[str, Any] | None:
    """Places of a metric's value, interval, chance and fine range along its strip; ``None`` where there is no value."""
    if metric.value is None:
        return None
    fine = [end for end in metric.fine if end is not None]
    interval = [] if metric.low is None or metric.high is None else [metric.low, metric.high]
    ends = [metric.value, *fine, *interval, *(metric.chance or ())]
    low, high = min(ends), max(ends)
    room = 0.08 * (high - low) or 1.0

    def place(value: float) -> float:
        return round(STRIP * (value - low + room) / (high - low + 2 * room), 1)

    first, last = (end if end is None else place(end) for end in metric.fine)
    return {
        "value": place(metric.value),
        "interval": [place(end) for end in interval],
        "chance": [place(end) for end in metric.chance or ()],
        "fine": (0 if first is None else first, STRIP if last is None else last),
    }


def about(facts: Mapping[str, Any]) -> Any:
    """Parameters and versions as rows of a list."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield name, ", ".join(f"{key} {item}" for key, item in value.items())
        else:
            yield name, ", ".join(value) if isinstance(value, list) else value
