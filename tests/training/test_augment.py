"""An augmented slice is the same slice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug.generators.diffusion.window import MIDDLE, SPREAD, window_of
from claim_aug.training.augment import NO_AUGMENTATION, AugmentParams, augment, sample_augmentation


def shown(example, **changes):
    """Window and masks of an augmented slice."""
    return window_of(augment(example, replace(NO_AUGMENTATION, **changes)).slice_)


@pytest.fixture(params=[0, 4])
def example(request, learnable):
    return learnable[request.param]


def test_without_augmentation_it_is_the_slice_as_inference_sees_it(example):
    for found, plain in zip(shown(example), window_of(example.slice_), strict=True):
        assert np.array_equal(found, plain)
    assert np.array_equal(augment(example, NO_AUGMENTATION).infarct, example.infarct)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_quarter_turn_is_the_turned_window(example, quarters):
    found, plain = shown(example, angle=quarters * np.pi / 2), window_of(example.slice_)
    assert found[0] == pytest.approx(np.rot90(plain[0], -quarters), abs=1e-3)
    assert found[1] == pytest.approx(np.rot90(plain[1], -quarters, axes=(1, 2)), abs=1e-3)


def test_a_mirrored_slice_is_the_flipped_window(example):
    found, plain = shown(example, mirrored=True), window_of(example.slice_)
    assert found[0] == pytest.approx(plain[0][::-1], abs=1e-4)
    assert found[1] == pytest.approx(plain[1][:, ::-1], abs=1e-4)


def test_a_shift_of_whole_pixels_moves_the_window(example):
    found, plain = shown(example, shift=(3.0, -2.0))[0], window_of(example.slice_)[0]
    assert found[:-3, 2:] == pytest.approx(plain[3:, :-2], abs=1e-4)


def test_a_larger_scale_shows_the_ventricle_smaller(example):
    plain, smaller, larger = (shown(example, scale=scale)[1][2] for scale in (1, 1.12, 0.9))
    assert smaller.sum() == pytest.approx(plain.sum() / 1.12**2, rel=0.05)
    assert larger.sum() == pytest.approx(plain.sum() / 0.9**2, rel=0.05)


@settings(max_examples=15, deadline=None)
@given(gain=st.floats(0.7, 1.4), offset=st.floats(-0.2, 0.2))
def test_gain_and_offset_act_on_window_and_histogram_alike(learnable, gain, offset):
    example = learnable[0]
    found = augment(example, replace(NO_AUGMENTATION, gain=gain, offset=offset))
    intensity = [MIDDLE + SPREAD * window_of(one.slice_)[0] for one in (found, example)]
    assert intensity[0] == pytest.approx(gain * intensity[1] + offset, abs=1e-4)
    assert found.infarct == pytest.approx(gain * example.infarct + offset)
    assert np.array_equal(window_of(found.slice_)[1], window_of(example.slice_)[1])


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_an_augmentation_is_drawn_from_its_rng_alone_and_within_limits(seed):
    one, two = (sample_augmentation(np.random.default_rng(seed)) for _ in range(2))
    assert one == two
    assert 0 <= one.angle < 2 * np.pi
    assert 0.88 < one.scale < 1.13
    assert max(map(abs, one.shift)) <= 4
    assert 0.5 < one.gain < 2


def test_augmentations_differ_in_everything():
    rng = np.random.default_rng(0)
    drawn = [sample_augmentation(rng) for _ in range(20)]
    assert {one.mirrored for one in drawn} == {True, False}
    assert len({one.angle for one in drawn}) == len({one.gain for one in drawn}) == 20


def test_a_turned_window_keeps_pixels_square_in_mm(example):
    """Also where the scan's voxels are not: the axes are turned in mm."""
    flat = replace(example, slice_=replace(example.slice_, roi=replace(example.slice_.roi, axes=np.diag([2.0, 1.0]))))
    axes = augment(flat, AugmentParams(0.7, 1.0, False, (0.0, 0.0), 1.0, 0.0)).slice_.roi.axes
    mm = np.linalg.norm(axes * np.array([[1.0], [2.0]]), axis=0)  # voxels of 1 x 2 mm
    assert mm == pytest.approx([2.0, 2.0])
