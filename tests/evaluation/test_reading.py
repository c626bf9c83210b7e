"""Scores of a blind reading are those of the textbooks."""

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.evaluation.reading import Answer, exact_proportion, kappa, score_reading

KEY = {str(number): ("real", "synthetic")[number % 2] for number in range(40)}


def answers(right, confidence=3):
    """Answers of which the first ``right`` are right."""
    other = {"real": "synthetic", "synthetic": "real"}
    return {
        number: Answer(kind if place < right else other[kind], confidence)
        for place, (number, kind) in enumerate(KEY.items())
    }


def test_a_perfect_reader_has_accuracy_and_auc_of_1():
    (reader,) = score_reading(KEY, {"A": answers(40)}).readers
    assert reader.accuracy.value == reader.sensitivity.value == reader.specificity.value == reader.auc.value == 1
    assert reader.p < 1e-9


def test_a_guesser_is_at_a_half():
    (reader,) = score_reading(KEY, {"A": answers(20)}).readers
    assert reader.accuracy.value == reader.auc.value == 0.5
    assert reader.p == 1
    assert reader.accuracy.low < 0.5 < reader.accuracy.high


def test_intervals_are_exact():
    """Clopper and Pearson's own table: 8 of 10."""
    found = exact_proportion(8, 10)
    assert (found.low, found.high) == pytest.approx((0.4439, 0.9748), abs=1e-4)


def test_confidence_counts_in_the_auc_alone():
    sure = {number: Answer(one.called, 5 if KEY[number] == one.called else 1) for number, one in answers(30).items()}
    flat, wise = (score_reading(KEY, {"A": own}).readers[0] for own in (answers(30), sure))
    assert flat.accuracy == wise.accuracy
    assert wise.auc.value > flat.auc.value


def test_kappa_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    one, other = ({number: Answer(rng.choice(["real", "synthetic"]), 3) for number in KEY} for _ in range(2))
    called = [[own[number].called for number in KEY] for own in (one, other)]
    assert kappa(one, other) == pytest.approx(metrics.cohen_kappa_score(*called))
    assert kappa(one, one) == 1
    same = {number: Answer("real", 1) for number in KEY}
    assert kappa(same, same) is None


def test_a_reading_that_was_not_finished_is_scored_over_what_there_is_and_refused_where_that_is_nothing():
    some = dict(list(answers(40).items())[:10])
    assert score_reading(KEY, {"A": some}).readers[0].slices == 10
    with pytest.raises(InputError, match="A answered none of the synthetic slices"):
        score_reading(KEY, {"A": {"0": Answer("real", 3)}})
    with pytest.raises(InputError, match="got none"):
        score_reading(KEY, {})
