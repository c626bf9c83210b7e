"""Outside the allowed mask nothing may change, not by one bit."""

import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError
from claim_aug.evaluation.background import BackgroundChange, background_change


def test_changes_inside_the_mask_do_not_count():
    before, allowed = np.zeros((4, 4), np.uint8), np.eye(4, dtype=bool)
    after = before.copy()
    after[allowed] = 9
    assert background_change(before, after, allowed) == BackgroundChange(0, 0.0)


def test_changes_outside_are_counted_without_wrapping_round():
    before, allowed = np.array([[5, 200, 7]], np.uint8), np.zeros((1, 3), bool)
    after = np.array([[6, 0, 7]], np.uint8)
    assert background_change(before, after, allowed) == BackgroundChange(2, 200.0)


def test_nan_equals_nan_but_no_number():
    before, allowed = np.array([np.nan, np.nan, 1.0]), np.zeros(3, bool)
    assert background_change(before, before.copy(), allowed).voxels == 0
    assert background_change(before, np.array([np.nan, 2.0, 1.0]), allowed).voxels == 1


def test_a_sample_changes_nothing_outside_its_scar(phantom):
    sample = ScarSynthesizer(labels="phantom").sample(phantom.image, phantom.labels, affine=phantom.affine, seed=1)
    assert background_change(phantom.image, sample.image, sample.changed) == BackgroundChange(0, 0.0)


def test_other_shapes_and_types_are_refused():
    one, allowed = np.zeros((2, 2)), np.zeros((2, 2), bool)
    for other, mask in ((np.zeros((2, 3)), allowed), (one.astype(np.float32), allowed), (one, allowed[:1])):
        with pytest.raises(InputError, match="need one shape"):
            background_change(one, other, mask)
