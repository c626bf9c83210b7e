"""Burden and transmurality, measured on masks whose answers are known."""

import numpy as np
import pytest

from claim_aug.measures.shares import burden, transmurality
from claim_aug.priors.base import ScarMask, realised


def test_the_whole_wall_is_a_burden_of_100(ventricle):
    assert burden(ventricle.wall, ventricle) == 100


@pytest.mark.parametrize("depth", [0.25, 0.5, 1.0])
def test_transmurality_is_the_share_of_depth(ventricle, depth):
    mean, peak = transmurality(ventricle.wall & (ventricle.transmural <= depth), ventricle)
    assert mean == pytest.approx(depth, abs=0.12)
    assert peak >= mean


def test_no_scar_has_no_transmurality(ventricle):
    assert transmurality(np.zeros_like(ventricle.wall), ventricle) == (0, 0)


def test_what_was_realised_counts_mvo_as_scar(ventricle):
    infarct, mvo = ventricle.segment == 7, ventricle.segment == 8
    real = realised(ScarMask(infarct, mvo), ventricle)
    assert real["segments"] == [7, 8]
    assert real["burden_percent"] == pytest.approx(burden(infarct | mvo, ventricle), abs=1e-3)
    assert real["mvo_percent_of_scar"] == pytest.approx(100 * mvo.sum() / (infarct | mvo).sum(), abs=0.01)
    assert real["scar_ml"] == pytest.approx((infarct | mvo).sum() * 1.5 * 1.5 * 11 / 1000, abs=1e-3)
