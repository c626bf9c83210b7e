"""Intensity rules find bright scar, and nothing where there is nothing to compare."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug.measures.dice import dice
from claim_aug.measures.remote import Remote, middle_of_wall, remote_myocardium
from claim_aug.measures.thresholds import half_maximum, rules


@pytest.fixture
def scan(ventricle):
    """The healthy ventricle at 100 +- 10, and a bright infarct of 300 +- 10 in two mid segments."""
    rng = np.random.default_rng(0)
    infarct = np.isin(ventricle.segment, (7, 8))
    image = rng.normal(np.where(infarct, 300, 100), 10.0)
    return image, replace(ventricle, infarct=infarct)


def test_remote_is_the_healthy_middle_of_the_wall(scan):
    image, anatomy = scan
    remote = remote_myocardium(image, anatomy)
    assert remote.mean == pytest.approx(100, abs=1)
    assert remote.sd == pytest.approx(10, abs=1)
    assert remote.voxels == (middle_of_wall(anatomy) & ~anatomy.scar).sum()
    assert np.all(anatomy.transmural[middle_of_wall(anatomy)] > 0.2)


def test_areas_shrink_as_n_grows(scan):
    image, anatomy = scan
    found = rules(image, anatomy, remote_myocardium(image, anatomy))
    assert [rule.name for rule in found] == ["2SD", "3SD", "4SD", "5SD", "6SD", "FWHM"]
    sizes = [int(rule.found.sum()) for rule in found[:5]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert all(not (rule.found & ~anatomy.wall).any() for rule in found)


def test_half_maximum_lies_half_way_and_finds_a_bright_scar(scan):
    image, anatomy = scan
    remote = Remote(100, 10, 1000)
    assert half_maximum(image, anatomy, remote) == (100 + image[anatomy.infarct].max()) / 2
    assert dice(rules(image, anatomy, remote)[-1].found, anatomy.scar) > 0.95


def test_half_maximum_does_not_depend_on_where_zero_is(scan):
    image, anatomy = scan
    plain, shifted = (rules(one, anatomy, remote_myocardium(one, anatomy))[-1].found for one in (image, image - 2048))
    assert np.array_equal(plain, shifted)


def test_labelled_mvo_counts_as_found_although_it_is_dark(scan):
    image, anatomy = scan
    mvo = anatomy.infarct & (anatomy.transmural < 0.4)
    image = np.where(mvo, 90, image)
    anatomy = replace(anatomy, infarct=anatomy.infarct & ~mvo, mvo=mvo)
    for rule in rules(image, anatomy, remote_myocardium(image, anatomy)):
        assert np.all(rule.found[mvo])


def test_without_a_labelled_infarct_there_is_no_half_maximum(ventricle):
    image = np.random.default_rng(1).normal(100, 10, ventricle.wall.shape)
    last = rules(image, ventricle, remote_myocardium(image, ventricle))[-1]
    assert (last.threshold, int(last.found.sum())) == (None, 0)


def test_without_remote_myocardium_there_are_no_thresholds(ventricle):
    anatomy = replace(ventricle, infarct=ventricle.wall)
    image = np.ones(anatomy.wall.shape)
    assert remote_myocardium(image, anatomy) is None
    assert all(rule.threshold is None and rule.found is None for rule in rules(image, anatomy, None))


def test_dice_of_masks():
    one, other = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert dice(one, one) == 1
    assert dice(one, other) == 0.5
    assert dice(one, ~one) == 0
    assert dice(~one & one, one) == 0
    assert dice(one, one & ~one) is None
