"""The table: means over patients, and what an arm gains over another with a paired bootstrap over patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

RESAMPLES = 10_000
Scores = Mapping[str, Mapping[str, Any]]


def paired(one: Sequence[Scores], other: Sequence[Scores], name: str) -> tuple[float, float, float]:
    """Mean gain of ``one`` over ``other`` and its 95 % interval.

    Both are runs of the same folds and seeds, in the same order. A patient counts once: the mean over the seeds.
    """
    gains: dict[str, list[float]] = {}
    for ours, theirs in zip(one, other, strict=True):
        for patient, scores in ours.items():
            if scores[name] is not None:
                gains.setdefault(patient, []).append(scores[name] - theirs[patient][name])
    values = np.array([np.mean(own) for own in gains.values()])
    rng = np.random.default_rng(0)
    means = values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def equally_bold(moments: Sequence[Sequence[Scores]], false: float) -> list[Scores] | None:
    """An arm's scores at the caution at which its normals have as much false scar as ``false``, in % of the wall.

    Args:
        moments: scores of the same runs, one sequence for every caution. Between two cautions, scores are interpolated.

    Returns:
        By run, Dice of the patients with scar; ``None`` where no caution leads there.
    """
    ordered = sorted(moments, key=lambda runs: false_scar(runs)[0])
    levels = [false_scar(runs)[0] for runs in ordered]
    if not levels[0] <= false <= levels[-1]:
        return None
    place = float(np.interp(false, levels, range(len(levels))))
    below, above = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    rest = place % 1
    return [
        {
            patient: {"scar": scores["scar"] + rest * (more[patient]["scar"] - scores["scar"])}
            for patient, scores in less.items()
            if scores["scar"] is not None
        }
        for less, more in zip(below, above, strict=True)
    ]


def normals_of(runs: Sequence[Scores]) -> list[Scores]:
    """The patients without scar of each run."""
    return [{patient: scores for patient, scores in run.items() if scores["scar"] is None} for run in runs]


def scar_dice(runs: Sequence[Scores]) -> float:
    """Mean over patients with scar."""
    return float(np.mean([scores["scar"] for run in runs for scores in run.values() if scores["scar"] is not None]))


def false_scar(runs: Sequence[Scores]) -> tuple[float, float]:
    """Of patients without scar: % of the wall that is called scar, and the share of patients with more than 1 %."""
    found = [scores["burden"] for run in runs for scores in run.values() if scores["scar"] is None]
    return float(np.mean(found)), float(np.mean(np.array(found) > 1))


def mvo_dice(runs: Sequence[Scores], *, empty: bool) -> float:
    """Mean over patients that have MVO; with ``empty``, those who have none count 1 if none was found, else 0."""
    values = []
    for scores in (scores for run in runs for scores in run.values()):
        if scores["mvo"] is not None:
            values.append(scores["mvo"])
        elif empty:
            values.append(float(not scores["mvo found"]))
    return float(np.mean(values))
