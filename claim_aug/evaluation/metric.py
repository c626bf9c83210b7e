"""One number with its interval and its verdict, and an evaluation: all numbers of a set, and one verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["fine", "too few to tell", "look again", "do not use", "not judged"]


@dataclass(frozen=True)
class Metric:
    """One number of a synthetic set.

    Attributes:
        name: name of the number.
        group: group that it belongs to, such as ``"realism"``.
        value: the number; ``None`` where the sets do not hold what it needs.
        low, high: ends of its 95 % interval over patients; ``None`` where there is none.
        chance: ends of the middle 99 % of what chance gives when patients change sets; ``None`` where that was not
            asked.
        p: share of what chance gives that is as large or larger, 0-1; ``None`` where that was not asked.
        verdict: verdict: ``"fine"``, ``"look again"``, ``"do not use"``, ``"not judged"``, or ``"too few to tell"``
            where the value is not fine, but chance could give it.
        sentence: what the number says, in one sentence.
        advice: what to look at again.
        fine: ends of the range that is fine; ``None`` for an open end.
    """

    name: str
    group: str
    value: float | None
    low: float | None = None
    high: float | None = None
    chance: tuple[float, float] | None = None
    p: float | None = None
    verdict: Verdict = "not judged"
    sentence: str = ""
    advice: str = ""
    fine: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Evaluation:
    """A synthetic set, judged.

    Attributes:
        synthetic, real: name of each set; ``None`` where there is no real set.
        scans: number of scans with scar that were judged, by ``"synthetic"`` and ``"real"``.
        slices: number of slices with scar that were judged, by the same.
        patients: number of patients, by the same.
        metrics: numbers, by group.
        findings: what was found of single scans: copies, leaks, changed backgrounds; sentences.
        notes: what limits the evaluation, such as scans that could not be read; sentences.
        about: parameters and versions.

    Example:
        >>> from claim_aug import Evaluation, evaluate
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> _ = write_emidec(make_phantom(1, scar=True, shape=(80, 80, 4)), "one", "Case_1")
        >>> found = evaluate("one", labels="phantom", segmenter=None, draws=5)
        >>> isinstance(found, Evaluation), found["pair_dice"].verdict
        (True, 'not judged')
    """

    synthetic: str
    real: str | None
    scans: Mapping[str, int]
    slices: Mapping[str, int]
    patients: Mapping[str, int]
    metrics: tuple[Metric, ...]
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Metric:
        """The metric of a name."""
        return next(metric for metric in self.metrics if metric.name == name)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all metrics."""
        found = {metric.verdict for metric in self.metrics}
        order: tuple[Verdict, ...] = ("do not use", "look again", "fine", "too few to tell")
        return next((verdict for verdict in order if verdict in found), "not judged")

    @property
    def sentence(self) -> str:
        """The verdict in plain words."""
        if self.verdict == "do not use":
            faults = [m.sentence.rstrip(".") for m in self.metrics if m.verdict == "do not use"]
            return f"Do not use: {'; '.join(faults).replace(': do not use', '')}."
        if self.verdict == "look again":
            return f"Look again at {listed(self.advice('look again'))}."
        if self.verdict == "not judged":
            return "Nothing could be judged."
        unclear = self.advice("too few to tell")
        return f"Worth training on; too few patients to tell of {listed(unclear)}." if unclear else "Worth training on."

    def advice(self, verdict: Verdict) -> list[str]:
        """What the metrics of a verdict are about."""
        return [metric.advice for metric in self.metrics if metric.verdict == verdict]


def listed(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``, each once."""
    parts = list(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def known(value: float) -> float | None:
    """The number, or ``None`` for one that is none."""
    return None if math.isnan(value) else float(value)


def ends(fine: tuple[float, float]) -> tuple[float | None, float | None]:
    """A range with ``None`` for an open end."""
    low, high = (None if math.isinf(end) else float(end) for end in fine)
    return low, high


def judge(
    value: float, fine: tuple[float, float], fatal: tuple[float, float] | None, chance: tuple[float, float] | None
) -> Verdict:
    """The verdict of a number, from the range that is fine and what chance gives."""
    if math.isnan(value):
        return "not judged"
    if fatal is not None and not fatal[0] <= value <= fatal[1]:
        return "do not use"
    if fine[0] <= value <= fine[1]:
        return "fine"
    slack = 1e-9 * abs(value)  # chance finds the value itself again, summed up in another order
    by_chance = chance is not None and chance[0] - slack <= value <= chance[1] + slack
    return "too few to tell" if by_chance else "look again"


def in_words(sentence: str, verdict: Verdict, advice: str) -> str:
    """A sentence that ends with the verdict."""
    sentence = sentence[:1].upper() + sentence[1:]
    ending = {
        "fine": "fine",
        "too few to tell": "too few patients to tell that from chance",
        "look again": f"look again at {advice}",
        "do not use": "do not use",
        "not judged": "",
    }
    return f"{sentence}: {ending[verdict]}." if ending[verdict] else f"{sentence}."
