"""Levels of a scan, and healing."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.generators.repaint import heal
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


def test_healed_scar_is_at_the_level_of_remote(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine, spacing=scarred.spacing)
    image = scarred.image[anatomy.box].astype(float)
    healed = heal(image, anatomy, np.zeros_like(image))
    remote = image[anatomy.healthy]
    before, after = (abs(picture[anatomy.scar].mean() - remote.mean()) for picture in (image, healed))
    assert after < 0.25 * before
    assert healed[anatomy.scar].std() < image[anatomy.scar].std()
    assert np.array_equal(healed[~anatomy.scar], image[~anatomy.scar])


def test_a_constant_ventricle_is_refused(ventricle):
    with pytest.raises(InputError, match="constant over the left ventricle"):
        measure(np.full(ventricle.wall.shape, 7.0), ventricle)
