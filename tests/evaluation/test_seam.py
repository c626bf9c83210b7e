"""A border shows where the image is steeper across it than along it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from claim_aug.errors import InputError
from claim_aug.evaluation.seam import border_ratio, seam


@pytest.fixture
def scan(ventricle):
    """Noise alone, and a ventricle with a scar in three segments."""
    image = np.random.default_rng(0).normal(100, 10, ventricle.wall.shape)
    return image, replace(ventricle, infarct=np.isin(ventricle.segment, (7, 8, 9)))


def test_a_border_that_nothing_shows_has_a_ratio_of_one(scan):
    _, anatomy = scan
    noise = (np.random.default_rng(seed).normal(100, 10, anatomy.wall.shape) for seed in range(30))
    assert np.mean([border_ratio(image, anatomy, anatomy.scar) for image in noise]) == pytest.approx(1, abs=0.05)


def test_a_sharp_edge_has_more_than_a_soft_one(scan):
    image, anatomy = scan
    bright = 100.0 * anatomy.scar
    sharp, soft = (
        border_ratio(image + edge, anatomy, anatomy.scar)
        for edge in (bright, ndimage.gaussian_filter(bright, (1.5, 1.5, 0)))
    )
    assert sharp > 1.5 * soft > 1.5


def test_only_the_border_with_healthy_wall_counts(scan):
    image, anatomy = scan
    other = np.where(anatomy.wall, image, 1e4)
    assert border_ratio(image, anatomy, anatomy.scar) == border_ratio(other, anatomy, anatomy.scar)


def test_gain_and_offset_do_not_matter(scan):
    image, anatomy = scan
    ratio = border_ratio(5 * image - 300, anatomy, anatomy.scar)
    assert ratio == pytest.approx(border_ratio(image, anatomy, anatomy.scar))


def test_scar_all_round_has_no_border(scan):
    image, anatomy = scan
    assert border_ratio(image, anatomy, anatomy.wall) is None
    assert border_ratio(np.ones_like(image), anatomy, anatomy.scar) is None


def test_seam_is_one_where_borders_are_as_real():
    real = np.array([1.0, 2, 3])
    assert seam(real, real) == 1
    assert seam(1.5 * real, real) == 1.5
    with pytest.raises(InputError, match="got 0 and 3 of them; give scans with scar"):
        seam(np.empty(0), real)
