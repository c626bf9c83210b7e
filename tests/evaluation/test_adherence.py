"""Scar is where it was asked for, by rules and by a segmenter."""

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.evaluation.adherence import adherence


@pytest.fixture
def asked(ventricle):
    """An infarct with a core of MVO, and an image that shows both."""
    scar = np.isin(ventricle.segment, (7, 8))
    mvo = scar & (ventricle.transmural < 0.4)
    infarct = scar & ~mvo
    image = np.random.default_rng(0).normal(np.where(infarct, 300, np.where(mvo, 90, 100)), 10.0)
    return image, infarct, mvo


def test_scar_that_shows_where_it_was_asked_adheres(ventricle, asked):
    image, infarct, mvo = asked
    found = adherence(image, ventricle, infarct, mvo)
    assert found.five_sd > 0.95
    assert found.fwhm > 0.95
    assert found.segmenter is None


def test_scar_elsewhere_does_not(ventricle, asked):
    image, _, mvo = asked
    elsewhere = np.isin(ventricle.segment, (10, 11))
    assert adherence(image, ventricle, elsewhere, mvo & False).fwhm < 0.1


def test_a_segmenter_judges_the_image_too(ventricle, asked):
    image, infarct, mvo = asked
    found = adherence(image, ventricle, infarct, mvo, segment=lambda scan, heart: (scan > 200) | mvo)
    assert found.segmenter > 0.95
    assert adherence(image, ventricle, infarct, mvo, segment=lambda scan, heart: scan > 1e9).segmenter == 0


def test_a_mask_of_another_grid_is_refused(ventricle, asked):
    image, infarct, mvo = asked
    with pytest.raises(InputError, match="segment needs to give a bool mask of shape"):
        adherence(image, ventricle, infarct, mvo, segment=lambda scan, heart: scan[1:] > 0)
    with pytest.raises(InputError, match="got float64"):
        adherence(image, ventricle, infarct, mvo, segment=lambda scan, heart: scan)


def test_without_remote_myocardium_rules_cannot_judge(ventricle, asked):
    image, _, mvo = asked
    found = adherence(image, ventricle, ventricle.wall & ~mvo, mvo)
    assert (found.five_sd, found.fwhm) == (None, None)
