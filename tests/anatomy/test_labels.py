"""What label values mean, and what is refused."""

import numpy as np
import pytest

from claim_aug.anatomy.labels import SCHEMES, LabelScheme
from claim_aug.errors import LabelError

EMIDEC = SCHEMES["emidec"]


def test_the_wall_is_healthy_myocardium_infarct_and_mvo_together():
    tissues = EMIDEC.read(np.array([0, 1, 2, 3, 4]))
    assert tissues.wall.tolist() == [False, False, True, True, True]
    assert tissues.scar.tolist() == [False, False, False, True, True]
    assert tissues.cavity.tolist() == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("name", "cavity", "myocardium", "rv"),
    [("acdc", 3, 2, 1), ("mnms", 1, 2, 3), ("myops", 500, 200, 600), ("mscmrseg", 500, 200, 600), ("phantom", 1, 2, 5)],
)
def test_named_schemes_follow_their_data_sets(name, cavity, myocardium, rv):
    tissues = LabelScheme.parse(name).read(np.array([cavity, myocardium, rv]))
    assert (tissues.cavity[0], tissues.wall[1], tissues.rv[2]) == (True, True, True)


def test_myops_oedema_is_myocardium_and_scar_is_infarct():
    tissues = SCHEMES["myops"].read(np.array([1220, 2221]))
    assert tissues.wall.tolist() == [True, True]
    assert tissues.infarct.tolist() == [False, True]


def test_a_custom_scheme_may_give_a_tissue_several_values_and_writes_the_first():
    scheme = LabelScheme.parse("cavity=1, myocardium=200+1220, infarct=3, mvo=4, rv=5")
    written = scheme.write(
        np.array([1220, 1220, 200, 3]),
        healed=np.array([0, 0, 0, 1], bool),
        infarct=np.array([1, 0, 0, 0], bool),
        mvo=np.array([0, 1, 0, 0], bool),
    )
    assert written.tolist() == [3, 4, 200, 200]


def test_without_an_mvo_value_mvo_is_written_as_infarct():
    nothing = np.zeros(1, bool)
    written = SCHEMES["myops"].write(np.array([200]), healed=nothing, infarct=nothing, mvo=np.ones(1, bool))
    assert written.tolist() == [2221]


def test_values_outside_the_scheme_are_refused_with_both_lists_and_the_schemes_that_would_fit():
    with pytest.raises(
        LabelError, match=r"values \[0, 1, 2, 5\], but the scheme is emidec: background=0, cavity=1.*phantom"
    ):
        EMIDEC.read(np.array([0, 1, 2, 5]))


@pytest.mark.parametrize("odd", [1.00003, np.nan, np.inf, 2.5])
def test_values_that_are_not_whole_are_refused(odd):
    with pytest.raises(LabelError, match="not whole numbers"):
        EMIDEC.read(np.array([0.0, 1.0, odd]))


def test_whole_numbers_in_floats_are_fine():
    assert EMIDEC.read(np.array([2.0, 3.0])).wall.all()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("emidek", "unknown label scheme 'emidek'; known: emidec"),
        ("cavity=1,infarct=2", "no value for myocardium"),
        ("cavity=1,muscle=2,infarct=3", "unknown tissue 'muscle'"),
        ("cavity=1,myocardium=x,infarct=3", "whole numbers"),
        ("cavity=1,myocardium=2,infarct=2", "value 2 to more than one tissue"),
        (7, "need a LabelScheme or text such as emidec .*, got 7"),
        (None, "need a LabelScheme or text such as emidec .*, got None"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(text, reason):
    with pytest.raises(LabelError, match=reason):
        LabelScheme.parse(text)


def test_a_dtype_that_cannot_hold_the_new_value_is_refused():
    none, one = np.zeros(1, bool), np.ones(1, bool)
    with pytest.raises(LabelError, match="uint8 cannot hold the value 2221"):
        SCHEMES["myops"].write(np.zeros(1, np.uint8), healed=none, infarct=one, mvo=none)


def test_a_scheme_may_be_a_dictionary():
    asked = {"cavity": 1, "myocardium": [2, 7], "infarct": 3}
    assert LabelScheme.parse(asked) == LabelScheme.parse("cavity=1,myocardium=2+7,infarct=3")
    with pytest.raises(LabelError, match="unknown tissue 'scar'"):
        LabelScheme.parse({"cavity": 1, "scar": 3})


def test_a_map_of_segments_needs_no_infarct_and_scar_does():
    scheme = LabelScheme.parse("cavity=1,myocardium=2")
    assert scheme.read(np.array([1, 2])).wall.tolist() == [False, True]
    with pytest.raises(LabelError, match="gives no value for infarct; add infarct=VALUE"):
        scheme.require("infarct")
