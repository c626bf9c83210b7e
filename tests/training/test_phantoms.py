"""Phantoms to train on: each is its seed's, and a patient of its own."""

import numpy as np
import pytest

from claim_aug.generators.diffusion.window import window_of
from claim_aug.training.phantoms import phantom_slices


def test_a_phantom_is_a_function_of_its_number(tiny, learnable):
    again = list(phantom_slices(2, 1, spacing=tiny.spacing, size=tiny.size))
    for one, two in zip(again, learnable, strict=False):
        assert one.patient == two.patient
        assert np.array_equal(window_of(one.slice_)[0], window_of(two.slice_)[0])
        assert np.array_equal(one.infarct, two.infarct)
    other = next(phantom_slices(1, 2, spacing=tiny.spacing, size=tiny.size))
    assert not np.array_equal(window_of(other.slice_)[0], window_of(again[0].slice_)[0])


def test_each_phantom_is_a_patient(learnable):
    assert sorted({example.patient for example in learnable}) == [f"phantom {number:05d}" for number in range(6)]


@pytest.mark.parametrize("spacing", [1.25, 2.5])
def test_windows_are_of_the_asked_size(spacing):
    example = next(phantom_slices(1, 0, spacing=spacing, size=48))
    assert window_of(example.slice_)[0].shape == (48, 48)
