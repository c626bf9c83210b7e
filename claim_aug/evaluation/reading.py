"""How well readers tell synthetic from real slices, and how far they agree."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from claim_aug.errors import InputError
from claim_aug.evaluation.realism import RESAMPLES, auc

#: What a slice may be called.
REAL, SYNTHETIC = "real", "synthetic"
CONFIDENCES = range(1, 6)


@dataclass(frozen=True)
class Answer:
    """What a reader said of a slice.

    Attributes:
        called: ``"real"`` or ``"synthetic"``.
        confidence: confidence, 1 (a guess) to 5 (certain).
    """

    called: str
    confidence: int

    @property
    def score(self) -> float:
        """How sure the reader is that the slice is synthetic, -5 to 5."""
        return float(self.confidence if self.called == SYNTHETIC else -self.confidence)


@dataclass(frozen=True)
class Proportion:
    """A share with its 95 % interval.

    Attributes:
        value: the share, 0-1.
        low, high: ends of the interval, 0-1.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ReaderScore:
    """How one reader did.

    Attributes:
        reader: name of the reader.
        slices: number of slices that were answered.
        accuracy: share of the answers that are right; the interval is exact (Clopper and Pearson).
        sensitivity: share of the synthetic slices that were called synthetic; the interval is exact.
        specificity: share of the real slices that were called real; the interval is exact.
        auc: area under the ROC curve of the confidences, 0.5 by chance; the interval is by bootstrap over slices.
        p: probability of an accuracy as far from a half by guessing, two-sided and exact, 0-1.
    """

    reader: str
    slices: int
    accuracy: Proportion
    sensitivity: Proportion
    specificity: Proportion
    auc: Proportion
    p: float


@dataclass(frozen=True)
class ReadingScore:
    """How all readers did.

    Attributes:
        readers: score of each reader.
        kappa: Cohen's kappa of each two readers over the slices that both answered, by their names; ``None`` where
            both call all of them the same.
    """

    readers: tuple[ReaderScore, ...]
    kappa: Mapping[tuple[str, str], float | None]


def score_reading(key: Mapping[str, str], answers: Mapping[str, Mapping[str, Answer]]) -> ReadingScore:
    """Score what readers answered.

    Args:
        key: ``"real"`` or ``"synthetic"`` by the slice's number.
        answers: answer by the slice's number, by the reader's name.

    Raises:
        InputError: no reader, or one who answered no real or no synthetic slice.

    Example:
        >>> key = {"1": "real", "2": "synthetic"}
        >>> found = score_reading(key, {"A": {"1": Answer("real", 4), "2": Answer("real", 2)}})
        >>> found.readers[0].accuracy.value
        0.5
    """
    if not answers:
        msg = "a reading is scored from the answers of one reader or more, got none"
        raise InputError(msg)
    readers = tuple(score_reader(name, key, own) for name, own in answers.items())
    return ReadingScore(
        readers,
        {(one, other): kappa(answers[one], answers[other]) for one, other in itertools.combinations(answers, 2)},
    )


def score_reader(name: str, key: Mapping[str, str], answers: Mapping[str, Answer]) -> ReaderScore:
    """Score one reader."""
    by_kind = {kind: [one for number, one in answers.items() if key[number] == kind] for kind in (REAL, SYNTHETIC)}
    for kind, own in by_kind.items():
        if not own:
            msg = f"{name} answered none of the {kind} slices, so nothing can be scored; finish the reading"
            raise InputError(msg)
    right = {kind: sum(one.called == kind for one in own) for kind, own in by_kind.items()}
    total, correct = len(answers), sum(right.values())
    scores = {kind: np.array([one.score for one in own]) for kind, own in by_kind.items()}
    return ReaderScore(
        name,
        total,
        exact_proportion(correct, total),
        exact_proportion(right[SYNTHETIC], len(by_kind[SYNTHETIC])),
        exact_proportion(right[REAL], len(by_kind[REAL])),
        auc_proportion(scores[SYNTHETIC], scores[REAL]),
        float(stats.binomtest(correct, total).pvalue),
    )


def exact_proportion(count: int, total: int) -> Proportion:
    """A share with its exact interval (Clopper and Pearson, Biometrika 1934;26:404)."""
    found = stats.binomtest(count, total).proportion_ci(method="exact")
    return Proportion(count / total, float(found.low), float(found.high))


def auc_proportion(synthetic: np.ndarray, real: np.ndarray) -> Proportion:  # type: ignore[type-arg]
    """The area under the ROC curve with its interval by bootstrap, slices drawn anew within each kind."""
    rng = np.random.default_rng(0)
    found = [auc(rng.choice(synthetic, len(synthetic)), rng.choice(real, len(real))) for _ in range(RESAMPLES)]
    low, high = np.percentile(found, [2.5, 97.5])
    return Proportion(auc(synthetic, real), float(low), float(high))


def kappa(one: Mapping[str, Answer], other: Mapping[str, Answer]) -> float | None:
    """Cohen's kappa of two readers over the slices that both answered; ``None`` where both call all the same."""
    shared = sorted(set(one) & set(other))
    first, second = (np.array([own[number].called == SYNTHETIC for number in shared]) for own in (one, other))
    if not shared:
        return None
    by_chance = first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
    return float(((first == second).mean() - by_chance) / (1 - by_chance)) if by_chance < 1 else None
