"""How wide phantoms appearance: more varied than patients, their scar about where the label says."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from claim_aug.generators.signal import BRIGHTNESS_LIMITS
from claim_aug.phantom.wide_appearance import displaced, sample_appearance, sample_scar, scar_intensity


def beside_blood(ventricle):
    return ventricle.wall & ndimage.binary_dilation(ventricle.cavity, np.ones((3, 3, 1)))


def test_appearances_are_wider_than_patients():
    rng = np.random.default_rng(0)
    drawn = [sample_appearance(rng) for _ in range(400)]
    brightness = np.array([appearance.scar.brightness_ratio for appearance in drawn])
    noise = np.array([appearance.noise for appearance in drawn])
    low, high = BRIGHTNESS_LIMITS
    assert brightness.min() < low < high < brightness.max()
    assert noise.min() < 0.04
    assert noise.max() > 0.25
    assert {appearance.psir for appearance in drawn} == {True, False}


def test_scar_strays_from_its_label_but_not_from_the_wall(ventricle):
    scar = ventricle.wall & (ventricle.rotational < 90) & (ventricle.transmural < 0.6)
    assert np.array_equal(displaced(scar, ventricle.wall, 0, np.random.default_rng(0)), scar)
    moved = displaced(scar, ventricle.wall, 1.5, np.random.default_rng(0))
    assert not (moved & ~ventricle.wall).any()
    assert not np.array_equal(moved, scar)
    assert 2 * (moved & scar).sum() / (moved.sum() + scar.sum()) > 0.6


def test_no_scar_lies_far_from_its_label(ventricle):
    scar = ventricle.wall & (ventricle.rotational < 40) & (ventricle.transmural < 0.5)
    near = ndimage.binary_dilation(scar, np.ones((5, 5, 1)))
    for seed in range(20):
        assert not (displaced(scar, ventricle.wall, 1.5, np.random.default_rng(seed)) & ~near).any()
        assert not displaced(np.zeros_like(scar), ventricle.wall, 1.5, np.random.default_rng(seed)).any()


def test_scar_is_about_as_bright_as_its_appearance_says_and_mvo_lower(ventricle):
    scar = ventricle.wall & (ventricle.rotational < 120)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        appearance = sample_scar(rng)
        infarct, obstructed = scar_intensity(scar, np.zeros_like(scar), ventricle.wall, appearance, 1.5, rng)
        assert infarct[scar].max() <= 2.5 * appearance.brightness_ratio + 1e-6
        assert infarct[scar].min() > 0
        assert np.median(obstructed) < np.median(infarct[scar]) or appearance.mvo_ratio > 0.5


def test_scar_fades_towards_living_wall_but_not_towards_blood(ventricle):
    wall = ventricle.wall
    scar = wall & (ventricle.rotational < 120) & (ventricle.transmural < 0.6)
    appearance = replace(sample_scar(np.random.default_rng(0)), rim=0.7, rim_mm=1.5, mottle=0, tilt=0, holes=0)
    brightness, _ = scar_intensity(scar, np.zeros_like(scar), wall, appearance, 1.5, np.random.default_rng(0))
    living = ndimage.distance_transform_edt(~(wall & ~scar), sampling=(1.5, 1.5, 1e3))
    assert np.median(brightness[scar & (living < 2)]) < 0.7 * appearance.brightness_ratio
    assert np.median(brightness[scar & beside_blood(ventricle)]) > 0.8 * appearance.brightness_ratio


def test_scar_that_touches_blood_strays_without_a_thread_of_wall_between(ventricle):
    scar = ventricle.wall & (ventricle.rotational < 120) & (ventricle.transmural < 0.6)
    touching = scar & beside_blood(ventricle)
    kept = [(displaced(scar, ventricle.wall, 1.0, np.random.default_rng(seed)) & touching).sum() for seed in range(20)]
    assert np.mean(kept) > 0.9 * touching.sum()
