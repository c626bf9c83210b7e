from dataclasses import replace

import numpy as np
import pytest

from claim_aug.measures.brightness import VISIBLE_SD, brightness, hardly_visible
from claim_aug.measures.remote import remote_myocardium
from claim_aug.priors.smile import SmilePrior


@pytest.fixture
def mask(ventricle):
    return SmilePrior(burden=15).sample(ventricle, np.random.default_rng(0))


@pytest.fixture
def image(ventricle):
    noise = np.random.default_rng(0).standard_normal(ventricle.wall.shape)
    return 100 + 200.0 * ventricle.cavity + 10 * noise


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_brightness_is_that_of_the_infarct_over_remote_in_both_units(ventricle, mask, image, ratio):
    before = image.copy()
    image[mask.infarct] = 100 + ratio * 200
    found = brightness(image, before, mask.infarct, ventricle)
    assert found["brightness_ratio"] == pytest.approx(ratio, rel=0.02)
    assert found["brightness_sd"] == pytest.approx(ratio * 20, rel=0.1)


@pytest.mark.parametrize(("gain", "offset"), [(3.0, 0.0), (0.01, 7.0)])
def test_a_scanner_s_gain_and_offset_do_not_matter(ventricle, mask, image, gain, offset):
    before = image.copy()
    image[mask.infarct] += 150
    one = brightness(image, before, mask.infarct, ventricle)
    other = brightness(gain * image + offset, gain * before + offset, mask.infarct, ventricle)
    assert one == pytest.approx(other, rel=1e-2)


def test_what_a_scan_does_not_tell_is_none(ventricle, mask, image):
    nothing = {"brightness_sd": None, "brightness_ratio": None}
    assert brightness(image, image, np.zeros_like(mask.infarct), ventricle) == nothing
    assert brightness(image, image, mask.infarct, replace(ventricle, infarct=ventricle.wall)) == nothing


def test_scar_that_no_rule_would_find_is_noted(ventricle, mask, image):
    before = image.copy()
    remote = remote_myocardium(before, ventricle)
    for sd in (VISIBLE_SD - 0.5, VISIBLE_SD + 0.5):
        image[mask.infarct] = remote.mean + sd * remote.sd
        note = hardly_visible(brightness(image, before, mask.infarct, ventricle))
        assert (note is not None) == (sd < VISIBLE_SD)
