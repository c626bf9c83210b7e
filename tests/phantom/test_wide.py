"""Wide phantoms: made from nothing, whole, each its seed's."""

import numpy as np
import pytest

from claim_aug.phantom.wide import phantom_region, wide_phantom


def test_every_phantom_has_scar_on_its_wall_and_a_finite_image():
    for seed in range(4):
        image, anatomy = phantom_region(np.random.default_rng(seed))
        assert np.isfinite(image).all()
        assert image.shape == anatomy.wall.shape
        assert anatomy.infarct.any()
        assert not (anatomy.scar & ~anatomy.wall).any()
        assert not (anatomy.infarct & anatomy.mvo).any()


def test_no_global_random_state_is_read():
    images = []
    for seed in (0, 1):
        np.random.seed(seed)  # noqa: NPY002
        images.append(phantom_region(np.random.default_rng(9))[0])
    assert np.array_equal(*images)


@pytest.mark.parametrize("scar", [True, False])
def test_a_wide_phantom_is_a_whole_scan_with_its_labels(scar):
    phantom = wide_phantom(3, scar=scar)
    again = wide_phantom(3, scar=scar)
    assert phantom.image.shape == phantom.labels.shape == phantom.segments.shape
    assert np.isfinite(phantom.image).all()
    assert (phantom.labels == 3).any() == scar
    assert {1, 2} < set(np.unique(phantom.labels).tolist())
    assert np.array_equal(phantom.image, again.image)
    assert np.array_equal(phantom.labels, again.labels)


def test_half_of_the_wide_phantoms_have_scar():
    assert {bool((wide_phantom(seed).labels == 3).any()) for seed in range(6)} == {True, False}
