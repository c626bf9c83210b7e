"""How sure a segmenter has to be for little scar to be found where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug.segmentation.calibrate import ANYWHERE, CAUTIONS, WITHIN_WALL, Curve, as_table, curve_of, score
from claim_aug.segmentation.windows import CAVITY, INFARCT, MYOCARDIUM, Windows


def one_window(scar_share, *, scarred):
    """A wall of 100 pixels whose first 20 are given this share of infarct, the rest of it myocardium."""
    classes = np.zeros((1, 10, 20), np.uint8)
    classes[:, :, 10:] = MYOCARDIUM
    if scarred:
        classes[:, :2, 10:] = INFARCT
    shares = np.zeros((1, 5, 10, 20), np.float32)
    shares[:, 0, :, :10] = 1
    shares[:, MYOCARDIUM, :, 10:] = 1
    shares[:, MYOCARDIUM, :2, 10:], shares[:, INFARCT, :2, 10:] = 1 - scar_share, scar_share
    return shares, Windows(np.zeros((1, 1, 10, 20), np.float32), classes)


def test_dice_counts_where_there_is_scar_and_false_scar_where_there_is_none():
    found = dict(zip(CAUTIONS, score(*one_window(0.6, scarred=True), ANYWHERE), strict=True))
    assert found[1.0] == (1.0, None)
    assert found[0.5] == (0.0, None)
    found = dict(zip(CAUTIONS, score(*one_window(0.6, scarred=False), ANYWHERE), strict=True))
    assert found[1.0] == (None, 20.0)
    assert found[0.5] == (None, 0.0)


def test_within_the_wall_blood_that_the_network_sees_there_does_not_hide_scar():
    shares, window = one_window(0.3, scarred=True)
    shares[:, CAVITY, :2, 10:], shares[:, MYOCARDIUM, :2, 10:] = 0.6, 0.1
    place = CAUTIONS.index(1.0)
    assert score(shares, window, ANYWHERE)[place] == (0.0, None)
    assert score(shares, window, WITHIN_WALL)[place] == (1.0, None)


def test_the_caution_is_the_one_at_which_normals_have_the_false_scar_asked_for():
    false = tuple(2.0 * caution for caution in CAUTIONS)
    curve = Curve(tuple(0.5 for _ in CAUTIONS), false)
    assert curve.false_scar_at(curve.caution_for(1.0)) == pytest.approx(1.0, rel=0.05)
    assert curve.caution_for(2.0) == pytest.approx(1.0)
    assert curve.caution_for(1e-9) == pytest.approx(min(CAUTIONS))
    assert curve.caution_for(100.0) == pytest.approx(max(CAUTIONS))


@given(st.lists(st.floats(0, 50), min_size=len(CAUTIONS), max_size=len(CAUTIONS)), st.floats(0.01, 20))
def test_never_more_false_scar_is_let_through_by_asking_for_less(values, asked):
    curve = Curve(tuple(0.5 for _ in CAUTIONS), tuple(sorted(values, reverse=True)))
    assert curve.caution_for(asked / 2) <= curve.caution_for(asked) * (1 + 1e-9)
    assert min(CAUTIONS) * 0.999 <= curve.caution_for(asked) <= max(CAUTIONS) * 1.001


def test_without_normals_the_caution_stays_1_and_the_table_has_dashes():
    curve = curve_of([score(*one_window(0.6, scarred=True), ANYWHERE)])
    assert np.isnan(curve.false_scar).all()
    assert curve.caution_for(0.5) == 1.0
    table = as_table({ANYWHERE: curve})
    assert len(table.splitlines()) == 2 + len(CAUTIONS)
    assert "| 1 | 1.000 | - |" in table


def test_a_curve_is_the_mean_over_patients():
    scores = [score(*one_window(share, scarred=True), ANYWHERE) for share in (0.6, 0.1)]
    assert curve_of(scores).dice[CAUTIONS.index(1.0)] == pytest.approx(0.5)
