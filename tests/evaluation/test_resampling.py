"""Intervals and chance are over patients: their scans stay together."""

from types import SimpleNamespace

import numpy as np
import pytest

from claim_aug.evaluation.resampling import bootstrap_interval, interval, permutation_null


def scars(values, each=1, name="p"):
    """A scar for each value, some times over for each patient."""
    return [SimpleNamespace(patient=f"{name}{n}", value=value) for n, value in enumerate(values) for _ in range(each)]


def mean(one, other):
    return float(np.mean([scar.value for scar in one]))


def gap(one, other):
    return mean(one, one) - mean(other, other)


def test_the_interval_of_a_mean_is_that_of_the_textbook():
    values = np.random.default_rng(0).normal(10, 2, 60)
    low, high = bootstrap_interval(mean, scars(values), [], np.random.default_rng(1), 2000)
    half = 1.96 * values.std(ddof=1) / np.sqrt(60)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.12)


def test_slices_of_a_patient_do_not_make_the_interval_narrower():
    values = np.random.default_rng(0).normal(10, 2, 12)
    once, often = (
        np.ptp(bootstrap_interval(mean, scars(values, each), [], np.random.default_rng(1), 500)) for each in (1, 10)
    )
    assert often == pytest.approx(once, rel=0.05)


def test_chance_holds_a_difference_of_none_and_not_one_of_three_sd():
    rng = np.random.default_rng(0)
    one, other = (scars(rng.normal(0, 1, 20), 3, name) for name in "ab")
    low, high = interval(permutation_null(gap, one, other, rng, 300), 99)
    assert low < gap(one, other) < high < 3


def test_patients_change_sets_whole():
    one, other = scars([0, 0, 0], 5, "a"), scars([1, 1, 1], 5, "b")
    found = permutation_null(mean, one, other, np.random.default_rng(0), 50)
    assert set(np.round(found, 6)) <= {0.0, round(1 / 3, 6), round(2 / 3, 6), 1.0}
