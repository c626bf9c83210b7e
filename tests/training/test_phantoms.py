"""Phantoms to train on: made from nothing, each its seed's, wider than any scanner."""

import numpy as np
import pytest

from claim_aug.generators.diffusion.window import look
from claim_aug.generators.signal import BRIGHTNESS_LIMITS
from claim_aug.training.appearance import displaced, sample_appearance, sample_scar, scar_heights
from claim_aug.training.phantoms import phantom_slices, scarred_phantom
from claim_aug.training.shipped import believable


def test_a_phantom_is_a_function_of_its_number(tiny, learnable):
    again = list(phantom_slices(2, 1, spacing=tiny.spacing, size=tiny.size))
    for one, two in zip(again, learnable, strict=False):
        assert one.patient == two.patient
        assert np.array_equal(look(one.piece)[0], look(two.piece)[0])
        assert np.array_equal(one.infarct, two.infarct)
    other = next(phantom_slices(1, 2, spacing=tiny.spacing, size=tiny.size))
    assert not np.array_equal(look(other.piece)[0], look(again[0].piece)[0])


def test_every_phantom_has_scar_on_its_wall_and_a_finite_image():
    for seed in range(4):
        image, anatomy = scarred_phantom(np.random.default_rng(seed))
        assert np.isfinite(image).all()
        assert image.shape == anatomy.wall.shape
        assert anatomy.infarct.any()
        assert not (anatomy.scar & ~anatomy.wall).any()
        assert not (anatomy.infarct & anatomy.mvo).any()


def test_each_phantom_is_a_patient(learnable):
    assert sorted({piece.patient for piece in learnable}) == [f"phantom {number:05d}" for number in range(6)]


def test_no_global_random_state_is_read():
    images = []
    for seed in (0, 1):
        np.random.seed(seed)  # noqa: NPY002
        images.append(scarred_phantom(np.random.default_rng(9))[0])
    assert np.array_equal(*images)


def test_appearances_are_wider_than_patients():
    rng = np.random.default_rng(0)
    looks = [sample_appearance(rng) for _ in range(400)]
    heights = np.array([look.scar.height for look in looks])
    noise = np.array([look.noise for look in looks])
    low, high = BRIGHTNESS_LIMITS
    assert heights.min() < low < high < heights.max()
    assert noise.min() < 0.04
    assert noise.max() > 0.25
    assert {look.psir for look in looks} == {True, False}


def test_what_the_model_paints_like_is_as_bright_as_patients(learnable):
    low, high = BRIGHTNESS_LIMITS
    kept = believable(learnable)
    assert 0 < len(kept) < len(learnable)
    assert all(low <= np.median(piece.infarct) <= high for piece in kept)


def test_scar_strays_from_its_label_but_not_from_the_wall(ventricle):
    scar = ventricle.wall & (ventricle.angle < 90) & (ventricle.depth < 0.6)
    assert np.array_equal(displaced(scar, ventricle.wall, 0, np.random.default_rng(0)), scar)
    moved = displaced(scar, ventricle.wall, 1.5, np.random.default_rng(0))
    assert not (moved & ~ventricle.wall).any()
    assert not np.array_equal(moved, scar)
    assert 2 * (moved & scar).sum() / (moved.sum() + scar.sum()) > 0.6


def test_scar_is_about_as_high_as_its_look_says_and_mvo_lower(ventricle):
    scar = ventricle.wall & (ventricle.angle < 120)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        look = sample_scar(rng)
        infarct, core = scar_heights(scar, np.zeros_like(scar), look, 1.5, rng)
        assert infarct[scar].max() <= 2.5 * look.height + 1e-6
        assert infarct[scar].min() > 0
        assert np.median(core) < np.median(infarct[scar]) or look.mvo > 0.5


@pytest.mark.parametrize("spacing", [1.25, 2.5])
def test_windows_are_of_the_asked_size(spacing):
    piece = next(phantom_slices(1, 0, spacing=spacing, size=48))
    assert look(piece.piece)[0].shape == (48, 48)
