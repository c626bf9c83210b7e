"""The control histogram: how bright the scar of a slice is to be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from claim_aug.errors import InputError
from claim_aug.generators.diffusion import control_histogram
from claim_aug.generators.diffusion.control_histogram import BINS, EDGES, FEWEST, NONE, Controls

MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2


def controls(noise, slices=1):
    """A training set of one patient for each noise, with slices of 100, 200, ... mm², each of one bin."""
    count = len(noise) * slices
    return Controls(
        np.eye(BINS, dtype=np.float32)[np.arange(count) % BINS],
        np.repeat(np.arange(len(noise)), slices).astype(np.int32),
        np.tile(100.0 * (1 + np.arange(slices)), len(noise)).astype(np.float32),
        np.repeat(noise, slices).astype(np.float32),
    )


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6)))
def test_a_histogram_is_shares_of_all_voxels(intensity):
    found = control_histogram.histogram(intensity)
    assert (found.shape, found.dtype) == ((16,), np.float32)
    assert found.sum() == pytest.approx(1)
    assert np.allclose(found * intensity.size, np.rint(found * intensity.size), atol=1e-3)


def test_no_voxels_are_no_control():
    assert np.array_equal(control_histogram.histogram([]), NONE)
    assert not NONE.any()


def test_the_ends_are_open():
    assert control_histogram.histogram([-9.0, 99.0]).tolist() == [0.5, *[0] * 14, 0.5]


@given(st.floats(0.05, 2.0))
def test_a_brightness_becomes_a_histogram_around_it(intensity):
    found = control_histogram.histogram_around(intensity)
    assert found.sum() == pytest.approx(1)
    assert (found * MIDDLES).sum() == pytest.approx(intensity, abs=0.13)
    assert abs(MIDDLES[found.argmax()] - intensity) <= 0.13


def test_a_brightness_beyond_the_last_bin_is_in_the_last_bins():
    assert np.array_equal(control_histogram.histogram_around(3.4), control_histogram.histogram_around(3.4))
    for intensity in (3.4, 15.0, 1e3):
        assert control_histogram.histogram_around(intensity).argmax() == BINS - 1
        assert np.isfinite(control_histogram.histogram_around(intensity)).all()


def test_scar_is_drawn_from_patients_whose_noise_is_like_the_scans():
    many = controls(np.geomspace(0.01, 1, 100))
    rng = np.random.default_rng(0)
    for noise, low, high in ((0.01, 0, 19), (1.0, 80, 99), (0.1, 39, 60)):
        drawn = {many.draw(noise, rng) for _ in range(300)}
        assert low <= min(drawn)
        assert max(drawn) <= high
        assert len(drawn) == 20


def test_at_least_a_few_patients_are_drawn_from():
    few = controls(np.geomspace(0.01, 1, 10))
    rng = np.random.default_rng(0)
    assert len({few.draw(0.01, rng) for _ in range(200)}) == FEWEST
    assert {controls([0.1]).draw(0.5, rng) for _ in range(5)} == {0}


def test_a_draw_is_the_generators_alone():
    many = controls(np.geomspace(0.01, 1, 40))
    first, again = ([many.draw(0.1, rng) for _ in range(9)] for rng in (np.random.default_rng(3) for _ in range(2)))
    assert first == again
    assert len(set(first)) > 1


def test_a_slice_takes_the_patients_slice_of_the_most_similar_scar():
    found = controls([0.1, 0.1], slices=3)
    for area, place in ((0, 0), (149, 0), (151, 1), (260, 2), (9e3, 2)):
        assert np.array_equal(found.histogram_of(1, area), found.histogram[3 + place])


def test_a_scan_without_noise_is_like_the_patients_with_the_least():
    many = controls(np.append(0.0, np.geomspace(0.01, 1, 99)))
    rng = np.random.default_rng(0)
    assert {many.draw(0.0, rng) for _ in range(300)} == set(range(20))


@settings(max_examples=30)
@given(arrays(np.float64, 16, elements=st.floats(0, 1e3)).filter(lambda array: array.sum() > 1e-3))
def test_a_given_histogram_is_brought_to_sum_1(values):
    found = control_histogram.check_histogram(values.tolist())
    assert found.dtype == np.float32
    assert found.sum() == pytest.approx(1, rel=1e-5)
    assert found == pytest.approx(values / values.sum(), abs=1e-6)


@pytest.mark.parametrize(
    "values",
    [
        [1.0] * 15,
        [[1.0] * 16],
        3.0,
        [0.0] * 16,
        [1.0] * 15 + [-0.1],
        [1.0] * 15 + [np.nan],
        [1.0] * 15 + [np.inf],
        ["x"] * 16,
        [1.0] * 15 + [[1.0, 2.0]],
        [None] * 16,
    ],
)
def test_a_wrong_histogram_is_refused_with_what_it_needs(values):
    with pytest.raises(InputError, match="needs 16 numbers from 0, one for each bin of relative intensity -0.5 to 3.5"):
        control_histogram.check_histogram(values)
