"""Healthy walls that are bright, and borders that lie off their labels."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug.phantom import heart, sample_parameters
from claim_aug.phantom.look_alikes import LookAlikes, look_alikes, sample_look_alikes
from claim_aug.phantom.model import lay_out
from claim_aug.phantom.tissues import Tissue

NOTHING = LookAlikes((0.0, 0.0), 2.0, 0.0, 20.0, 0.0, (0, 0))


@pytest.fixture(scope="module")
def parameters():
    return sample_parameters(np.random.default_rng(1), shape=(90, 90, 5), spacing=(1.5, 1.5, 10))


def test_spots_lie_in_the_wall_at_the_insertions(parameters):
    added = look_alikes(parameters, replace(NOTHING, insertions=(0.5, 0.0)), np.random.default_rng(0))
    here = heart.slice_coordinates(parameters)
    assert not added[~here.wall].any()
    off = np.abs((here.phi + 180) % 360 - 180)
    assert added[here.wall & (off < 5)].max() == pytest.approx(0.5, abs=0.05)
    assert added[here.wall & (off > 60)].max() < 0.01
    both = look_alikes(parameters, replace(NOTHING, insertions=(0.5, 0.5)), np.random.default_rng(0))
    inferior = np.abs(here.phi - parameters.rv_attachment_deg) < 5
    assert both[here.wall & inferior].max() == pytest.approx(0.5, abs=0.05)


def test_a_wall_that_is_nulled_unevenly_changes_slowly(parameters):
    added = look_alikes(parameters, replace(NOTHING, unevenness=0.2), np.random.default_rng(0))
    assert added.std() == pytest.approx(0.2, rel=0.1)
    assert np.abs(np.diff(added, axis=0)).max() < 0.1


def test_what_is_drawn_is_within_its_ranges_and_often_nothing():
    drawn = [sample_look_alikes(np.random.default_rng(seed)) for seed in range(200)]
    assert {look.ghost > 0 for look in drawn} == {True, False}
    assert max(max(look.insertions) for look in drawn) <= 0.8
    assert all(0 in look.ghost_shift for look in drawn)


def test_blood_and_fat_reach_into_the_labelled_wall_but_leave_a_third(parameters):
    even = lay_out(parameters, np.random.default_rng(0))
    uneven = replace(parameters, blood_in_wall=1.5, fat_in_wall=1.2)
    ragged = lay_out(uneven, np.random.default_rng(0))
    assert np.array_equal(even.labels, ragged.labels)

    def within_wall(scene, tissue):
        wall = np.repeat(scene.labels == 2, 3, axis=2)
        return (scene.tissue[wall] == tissue).mean()

    assert within_wall(ragged, Tissue.BLOOD) > within_wall(even, Tissue.BLOOD) + 0.02
    assert within_wall(ragged, Tissue.FAT) > within_wall(even, Tissue.FAT) + 0.01
    assert within_wall(ragged, Tissue.MYOCARDIUM) > 1 / 3


def test_a_tilted_mitral_plane_shows_atrial_blood_in_basal_slices_alone(parameters):
    tilted = lay_out(replace(parameters, mitral_tilt=(0.3, 0.0)), np.random.default_rng(0))
    even = lay_out(parameters, np.random.default_rng(0))
    differ = (tilted.tissue != even.tissue).any((0, 1))
    assert differ[-3:].any()
    assert not differ[:6].any()
