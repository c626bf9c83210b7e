"""``manual`` does as it is told, and no more than fits."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError, MaskWarning
from claim_aug.priors.manual import ManualPrior

RNG = np.random.default_rng(0)


def test_segments_are_filled_from_the_endocardium_to_the_transmurality(ventricle):
    mask = ManualPrior(segments=[1, 2, 7, 8], transmurality=0.75).sample(ventricle, RNG)
    asked = np.isin(ventricle.segment, [1, 2, 7, 8]) & (ventricle.depth <= 0.75)
    assert np.array_equal(mask.infarct, asked)


def test_without_a_transmurality_the_wall_is_filled(ventricle):
    mask = ManualPrior(segments=[10]).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 10)


def test_a_plain_mask_is_infarct(ventricle):
    wanted = ventricle.on_grid(ventricle.segment == 8)
    mask = ManualPrior(mask=wanted.astype(np.uint8) * 255).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 8)


def test_a_label_map_brings_its_infarct_and_its_mvo(phantom, ventricle):
    drawn = phantom.labels.copy()
    drawn[ventricle.on_grid(ventricle.segment) == 4] = 3
    drawn[ventricle.on_grid(ventricle.segment) == 5] = 4
    mask = ManualPrior(mask=drawn, labels="phantom").sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 4)
    assert np.array_equal(mask.mvo, ventricle.segment == 5)


def test_what_lies_outside_the_wall_is_left_out_and_said(ventricle):
    wanted = ventricle.on_grid((ventricle.segment == 8) | ventricle.cavity)
    with pytest.warns(MaskWarning, match="lie outside the healthy myocardium"):
        mask = ManualPrior(mask=wanted).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 8)
    assert "left out" in mask.note


def test_a_cases_own_label_map_needs_its_scar_replaced(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine)
    prior = ManualPrior(mask=scarred.labels, labels="phantom")
    with pytest.raises(InputError, match="existing=replace"):
        prior.sample(anatomy, RNG)
    again = prior.sample(anatomy.healed(), RNG)
    assert np.array_equal(again.infarct, anatomy.infarct)
    assert np.array_equal(again.mvo, anatomy.mvo)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "either segments"),
        ({"segments": [1], "mask": np.ones((2, 2))}, "either segments"),
        ({"mask": np.ones((2, 2)), "transmurality": 0.5}, "mask and transmurality clash"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(parameters, reason):
    with pytest.raises(InputError, match=reason):
        ManualPrior(**parameters)


def test_a_mask_on_another_grid_is_refused(ventricle):
    with pytest.raises(InputError, match=r"shape \(3, 3, 3\), the scan \(112, 112, 7\)"):
        ManualPrior(mask=np.ones((3, 3, 3), bool)).sample(ventricle, RNG)
