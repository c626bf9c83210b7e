"""Levels of a scan, and healing."""

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.fields import smooth_field
from claim_aug.measures.tissue import measure


def test_levels_are_those_of_wall_and_blood(phantom, ventricle):
    image = phantom.image[ventricle.box].astype(float)
    tissue = measure(image, ventricle)
    middle = image[ventricle.wall & (abs(ventricle.transmural - 0.5) < 0.2)]
    blood = np.median(image[ventricle.cavity])
    assert np.median(tissue.remote) == pytest.approx(np.median(middle), abs=0.1 * (blood - np.median(middle)))
    assert np.median(tissue.blood) == pytest.approx(blood, rel=0.05)


@pytest.mark.parametrize("sigma", [2.0, 10.0])
def test_noise_is_measured(ventricle, sigma):
    image = 500 + 300.0 * ventricle.cavity + sigma * np.random.default_rng(0).standard_normal(ventricle.wall.shape)
    assert measure(image, ventricle).noise == pytest.approx(sigma, rel=0.15)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.6])
def test_the_point_spread_is_as_smooth_as_the_noise(ventricle, sigma):
    widths = [0 if axis == ventricle.orientation.through_plane else sigma for axis in range(3)]
    noise = smooth_field(ventricle.wall.shape, widths, np.random.default_rng(0))
    found = measure(500 + 300.0 * ventricle.cavity + 10.0 * noise, ventricle).point_spread
    assert found == pytest.approx(widths, rel=0.2)


def test_a_constant_ventricle_is_refused(ventricle):
    with pytest.raises(InputError, match="constant over the left ventricle"):
        measure(np.full(ventricle.wall.shape, 7.0), ventricle)
