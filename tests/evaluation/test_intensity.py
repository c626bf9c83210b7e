"""Scar intensity counts in standard deviations over remote, so that scans compare."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.evaluation.intensity import in_sd, intensity_distance, scar_sd


@pytest.fixture
def scan(ventricle):
    """Remote 100 +- 10, infarct 160 +- 10: six SD above."""
    infarct = np.isin(ventricle.segment, (7, 8))
    image = np.random.default_rng(0).normal(np.where(infarct, 160, 100), 10.0)
    return image, replace(ventricle, infarct=infarct)


def test_scar_is_counted_in_sd_over_remote(scan):
    image, anatomy = scan
    values = scar_sd(image, anatomy, anatomy.infarct)
    assert values.shape == (anatomy.infarct.sum(),)
    assert values.mean() == pytest.approx(6, abs=0.3)


def test_gain_and_offset_of_the_scan_do_not_matter(scan):
    image, anatomy = scan
    plain, other = (scar_sd(one, anatomy, anatomy.infarct) for one in (image, 3 * image - 2048))
    assert np.allclose(plain, other)


def test_without_remote_myocardium_there_are_no_values(scan):
    image, anatomy = scan
    nothing_healthy = replace(anatomy, infarct=anatomy.wall)
    assert in_sd(image, nothing_healthy) is None
    assert in_sd(np.ones_like(image), anatomy) is None
    assert scar_sd(image, nothing_healthy, anatomy.wall).size == 0


def test_the_distance_is_how_far_intensities_need_to_move(scan):
    image, anatomy = scan
    values = scar_sd(image, anatomy, anatomy.infarct)
    assert intensity_distance(values, values) == 0
    assert intensity_distance(values + 2, values) == pytest.approx(2)
    assert intensity_distance(values[::2], values) < 0.3


def test_an_empty_set_is_refused(scan):
    with pytest.raises(InputError, match="0 and 3; give scans with scar"):
        intensity_distance(np.empty(0), np.ones(3))
