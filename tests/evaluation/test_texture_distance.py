"""Texture tells fine grain from coarse mottle, and equal from unequal sets."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug.anatomy.slices import one_slice
from claim_aug.errors import InputError
from claim_aug.evaluation.texture_distance import FEATURES, texture, texture_distance
from claim_aug.fields import smooth_field


@pytest.fixture
def heart(ventricle):
    """One slice of the ventricle with a large scar."""
    return one_slice(replace(ventricle, infarct=np.isin(ventricle.segment, (7, 8, 9))), 3)[0]


def looks(heart, sigma, count=12, spread=10.0):
    """Textures of scars with grain of a width in pixels, remote of white noise around them."""
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        grain = spread * smooth_field(heart.wall.shape[:2], sigma, rng)[..., None]
        image = np.where(heart.infarct, 200 + grain, rng.normal(100, 10, heart.wall.shape))
        found.append(texture(image, heart, heart.infarct))
    return np.array(found)


def test_white_noise_has_no_autocorrelation_and_the_spread_of_remote(heart):
    one = dict(zip(FEATURES, looks(heart, 0).mean(0), strict=True))
    assert one["lag 1"] == pytest.approx(0, abs=0.1)
    assert one["spread"] == pytest.approx(1, abs=0.15)
    assert one["gradient"] == pytest.approx(2 / np.sqrt(np.pi), abs=0.2)


def test_coarse_grain_has_more_autocorrelation_and_less_gradient(heart):
    fine, coarse = (dict(zip(FEATURES, looks(heart, sigma).mean(0), strict=True)) for sigma in (0, 1.5))
    assert coarse["lag 1"] > fine["lag 1"] + 0.5
    assert coarse["gradient"] < fine["gradient"] / 1.5


def test_the_border_of_the_scar_counts_for_nothing(heart):
    rng = np.random.default_rng(1)
    image = rng.normal(100, 10, heart.wall.shape)
    beyond = np.where(heart.cavity, 900.0, image)
    assert np.array_equal(texture(image, heart, heart.infarct), texture(beyond, heart, heart.infarct))


def test_a_set_is_at_no_distance_from_itself_and_far_from_another_grain(heart):
    fine, coarse = looks(heart, 0), looks(heart, 1.5)
    assert texture_distance(fine, fine)["mean"] == 0
    assert texture_distance(coarse, fine)["lag 1"] > 3
    assert texture_distance(coarse, fine)["mean"] > 1 > texture_distance(fine[::2], fine)["mean"]


def test_too_little_scar_or_remote_has_no_texture(heart):
    image = np.random.default_rng(2).normal(100, 10, heart.wall.shape)
    few = np.zeros_like(heart.wall)
    few[tuple(np.argwhere(heart.infarct)[:5].T)] = True
    assert texture(image, heart, few) is None
    assert texture(image, replace(heart, infarct=heart.wall), heart.wall) is None
    assert texture(np.where(heart.infarct, 7.0, image), heart, heart.infarct) is None


def test_too_few_slices_are_refused():
    with pytest.raises(InputError, match="at least 2 slices of each, got 1 and 3"):
        texture_distance(np.zeros((1, 6)), np.zeros((3, 6)))
