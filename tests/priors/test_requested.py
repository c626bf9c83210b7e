"""Every request is met within its tolerance, or the sample says which one was not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug.errors import EmptyScarError, InputError
from claim_aug.measures.shares import burden, extent, transmurality
from claim_aug.priors.requested import as_note
from claim_aug.priors.smile import SmilePrior


def optional(values):
    return st.one_of(st.none(), values)


@settings(max_examples=60, deadline=None)
@given(
    asked=st.fixed_dictionaries(
        {
            "burden": optional(st.floats(1, 60)),
            "transmurality": optional(st.floats(0.2, 1)),
            "extent": optional(st.floats(0.05, 0.8)),
            "territory": optional(st.sampled_from(["LAD", "RCA", "LCX"])),
            "levels": optional(st.sets(st.sampled_from(["basal", "mid", "apical"]), min_size=1)),
            "segments": optional(st.sets(st.integers(1, 16), min_size=1, max_size=6)),
            "mvo": optional(st.floats(0, 0.5)),
            "grey_zone": optional(st.floats(0, 0.4)),
        }
    ),
    seed=st.integers(0, 10_000),
)
def test_each_is_met_or_named(ventricle, asked, seed):
    try:
        mask = SmilePrior(**asked).sample(ventricle, np.random.default_rng(seed))
    except (InputError, EmptyScarError):
        return  # a request that contradicts another, or itself, is refused
    note, voxels = mask.note or "", mask.scar.sum()
    reached = {
        "burden": (asked["burden"], burden(mask.scar, ventricle), 1.0),
        "transmurality": (asked["transmurality"], transmurality(mask.scar, ventricle)[0], 0.05),
        "extent": (asked["extent"], extent(mask.scar, ventricle), 0.05),
        "MVO": (asked["mvo"], mask.mvo.sum() / voxels, 0.05),
        "grey zone": (asked["grey_zone"], mask.grey_zone.sum() / voxels, 0.05),
    }
    for name, (wanted, found, slack) in reached.items():
        assert wanted is None or abs(found - wanted) <= slack + 1 / voxels or f"{name} " in note, (name, note)


def test_notes_are_one_line_or_none():
    assert as_note([None, "one", None, "two"]) == "one; two"
    assert as_note([None]) is None


def test_what_is_met_has_no_note(ventricle):
    mask = SmilePrior(burden=12, transmurality=0.6, mvo=0.05).sample(ventricle, np.random.default_rng(3))
    assert mask.note is None


@pytest.mark.parametrize("mvo", [0.5, 0.6])
def test_an_mvo_for_which_there_is_no_core_is_named(ventricle, mvo):
    mask = SmilePrior(burden=1, transmurality=0.3, mvo=mvo).sample(ventricle, np.random.default_rng(0))
    assert f"MVO {mvo:.2f} was wanted, it is" in mask.note
