"""A scan as another scanner would show it: the same heart, other grey values."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug import LVAnatomy
from claim_aug.phantom import make_phantom
from claim_aug.phantom.other_scanner import OtherScanner, on_other_scanner, sample_scanner

SAME = OtherScanner(resolution=(1.0, 1.0), noise=0.0, power=1.0, blood=1.0, shading=0.0, clip=(0.0, 0.0))


@pytest.fixture(scope="module")
def scan():
    return make_phantom(3, scar=True, shape=(72, 72, 4))


@pytest.fixture(scope="module")
def heart(scan):
    return LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine)


def shown(scan, heart, scanner, seed=0):
    return on_other_scanner(scan.image, heart, scanner, np.random.default_rng(seed))


@given(st.integers(0, 2**16))
def test_every_slice_lies_between_0_and_1_and_the_input_stays(scan, heart, seed):
    before = scan.image.copy()
    image = shown(scan, heart, sample_scanner(np.random.default_rng(seed)), seed)
    assert image.shape == scan.image.shape
    assert np.isfinite(image).all()
    assert image.min((0, 1)).tolist() == [0] * 4
    assert image.max((0, 1)).tolist() == [1] * 4
    assert np.array_equal(scan.image, before)


def test_the_same_seed_gives_the_same_and_another_another(scan, heart):
    scanner = sample_scanner(np.random.default_rng(1))
    assert np.array_equal(shown(scan, heart, scanner), shown(scan, heart, scanner))
    assert not np.array_equal(shown(scan, heart, scanner), shown(scan, heart, scanner, seed=1))


def detail(image):
    return np.abs(np.diff(image, axis=0)).mean()


@pytest.mark.parametrize(
    ("setting", "measure"),
    [
        ({"noise": 0.3}, lambda image, heart: detail(image)),
        ({"blood": 1.6}, lambda image, heart: np.median(image[heart.on_grid(heart.cavity)])),
        ({"resolution": (0.4, 0.4)}, lambda image, heart: -detail(image)),
        ({"power": 0.5}, lambda image, heart: image.mean()),
        ({"clip": (0.0, 0.05)}, lambda image, heart: (image == 1).mean()),
    ],
)
def test_each_number_does_what_it_says(scan, heart, setting, measure):
    plain, changed = (shown(scan, heart, scanner) for scanner in (SAME, replace(SAME, **setting)))
    assert measure(changed, heart) > measure(plain, heart)


def test_an_axis_across_slices_may_be_any(scan, heart):
    turned = LVAnatomy.from_labels(np.moveaxis(scan.labels, 2, 0), "phantom", spacing=(10.0, 1.5, 1.5), through_plane=0)
    image = on_other_scanner(np.moveaxis(scan.image, 2, 0), turned, SAME, np.random.default_rng(0))
    assert np.allclose(np.moveaxis(image, 0, 2), shown(scan, heart, SAME))
