"""Phantoms to train on: each is its seed's, and a patient of its own."""

import numpy as np
import pytest

from claim_aug.generators.diffusion.window import window_of
from claim_aug.training.phantoms import at_resolution, phantom_slices


def test_a_phantom_is_a_function_of_its_number(tiny, learnable):
    again = [one for one in phantom_slices(2, 1, spacing=tiny.spacing, size=tiny.size) if not one.remote]
    for one, two in zip(again, learnable, strict=False):
        assert one.patient == two.patient
        assert np.array_equal(window_of(one.slice_)[0], window_of(two.slice_)[0])
        assert np.array_equal(one.infarct, two.infarct)
    other = next(phantom_slices(1, 2, spacing=tiny.spacing, size=tiny.size))
    assert not np.array_equal(window_of(other.slice_)[0], window_of(again[0].slice_)[0])


def test_each_phantom_is_a_patient(learnable):
    assert sorted({example.patient for example in learnable}) == [f"phantom {number:05d}" for number in range(6)]


def test_every_other_phantom_shows_healthy_wall_too(tiny):
    found = list(phantom_slices(3, 1, spacing=tiny.spacing, size=tiny.size))
    assert {one.patient for one in found if one.remote} == {"phantom 00000", "phantom 00002"}
    scar, remote = (np.concatenate([one.infarct for one in found if one.remote == kind]) for kind in (False, True))
    assert abs(np.median(remote)) < 0.3 < np.median(scar)


def test_less_resolution_leaves_less_detail(ventricle):
    noise = np.random.default_rng(0).standard_normal(ventricle.wall.shape)
    shown = {mm: at_resolution(noise, ventricle, (mm, mm)) for mm in (1.0, 2.0, 4.0)}
    assert noise.std() > shown[1.0].std() > 1.2 * shown[2.0].std() > 1.5 * shown[4.0].std()
    assert np.allclose([field.mean() for field in shown.values()], noise.mean(), atol=1e-9)


@pytest.mark.parametrize("spacing", [1.25, 2.5])
def test_windows_are_of_the_asked_size(spacing):
    example = next(phantom_slices(1, 0, spacing=spacing, size=48))
    assert window_of(example.slice_)[0].shape == (48, 48)
