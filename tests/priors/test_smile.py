"""``smile`` grows ischaemic scar: from the endocardium, in its territory, to its burden."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.errors import EmptyScarError, InputError, RequestWarning
from claim_aug.measures.shares import burden, extent, sectors, transmurality
from claim_aug.priors.base import realised
from claim_aug.priors.distributions import ACUTE
from claim_aug.priors.smile import SmilePrior


def masks(prior, ventricle, count):
    return [prior.sample(ventricle, np.random.default_rng(seed)) for seed in range(count)]


def test_thirty_masks_are_thirty_different_infarcts(ventricle):
    """CLAIM's released code: 2 segment sets in 30 cases, mean pairwise Dice 0.91."""
    drawn = masks(SmilePrior(), ventricle, 30)
    assert len({tuple(realised(mask, ventricle)["segments"]) for mask in drawn}) >= 25
    pairs = [2 * (a.scar & b.scar).sum() / (a.scar.sum() + b.scar.sum()) for a, b in itertools.combinations(drawn, 2)]
    assert np.mean(pairs) < 0.35


@settings(max_examples=25, deadline=None)
@given(asked=st.floats(1, 60), seed=st.integers(0, 2**31))
def test_a_burden_that_is_asked_for_is_met_within_a_point(ventricle, asked, seed):
    mask = SmilePrior(burden=asked).sample(ventricle, np.random.default_rng(seed))
    assert abs(burden(mask.scar, ventricle) - asked) <= 1
    assert mask.note is None


def test_segments_that_the_scan_does_not_show_are_refused(ventricle):
    basal = replace(ventricle, segment=np.where(ventricle.segment > 12, 0, ventricle.segment).astype(np.uint8))
    with pytest.raises(EmptyScarError, match=r"no healthy myocardium of this scan lies in AHA segments \[17\]"):
        SmilePrior(segments=[17]).sample(basal, np.random.default_rng(0))


def test_a_burden_that_cannot_be_met_says_why(ventricle):
    mask = SmilePrior(burden=30, segments=[7, 8], transmurality=0.5).sample(ventricle, np.random.default_rng(0))
    assert burden(mask.scar, ventricle) < 18
    assert mask.note.startswith("burden 30.0 %LV was wanted")
    assert "segments [7, 8]" in mask.note
    assert "at transmurality 0.50" in mask.note
    assert transmurality(mask.scar, ventricle)[0] == pytest.approx(0.5, abs=0.08)


def test_burden_follows_the_clinical_distribution(ventricle):
    drawn = [ACUTE.draw_burden(np.random.default_rng(seed)) for seed in range(2000)]
    low, middle, high = np.percentile(drawn, [25, 50, 75])
    assert abs(middle - 18) < 1.5
    assert abs(low - 8) < 1.5
    assert abs(high - 28) < 1.5


def test_scar_reaches_the_endocardium_in_nearly_every_sector(ventricle):
    touching, scarred = 0, 0
    sector = sectors(ventricle)
    first = np.full(sector.max() + 1, np.inf)
    np.minimum.at(first, sector[ventricle.wall], ventricle.transmural[ventricle.wall])
    for mask in masks(SmilePrior(), ventricle, 30):
        shallowest = np.full_like(first, np.inf)
        np.minimum.at(shallowest, sector[mask.scar], ventricle.transmural[mask.scar])
        here = np.isfinite(shallowest)
        scarred += here.sum()
        touching += (shallowest[here] <= first[here] + 0.1).sum()
    assert touching / scarred >= 0.98


def test_it_is_deepest_in_its_middle_and_tapers_to_its_sides(ventricle):
    deep, shallow = [], []
    for mask in masks(SmilePrior(burden=12, transmurality=0.5), ventricle, 16):
        inside = mask.scar & (ventricle.slice_index == mask.scar.sum((0, 1)).argmax())
        angle = np.radians(ventricle.rotational[inside])
        middle = np.angle(np.exp(1j * angle).mean())
        turn = abs(np.angle(np.exp(1j * (angle - middle))))
        depth = ventricle.transmural[inside]
        deep.append(depth[turn < 0.3 * turn.max()].mean())
        shallow.append(depth[turn > 0.8 * turn.max()].mean())
    assert np.mean(deep) > np.mean(shallow) + 0.1


@pytest.mark.parametrize("asked", [0.35, 0.5, 0.75])
def test_a_transmurality_that_is_asked_for_is_the_mean_depth(ventricle, asked):
    got = [
        transmurality(mask.scar, ventricle)[0]
        for mask in masks(SmilePrior(transmurality=asked, burden=12), ventricle, 8)
    ]
    assert np.mean(got) == pytest.approx(asked, abs=0.05)
    assert np.ptp(got) < 0.15


@pytest.mark.parametrize("asked", [0.1, 0.3, 0.5])
def test_an_extent_that_is_asked_for_is_the_scarred_share_of_the_wall(ventricle, asked):
    got = [extent(mask.scar, ventricle) for mask in masks(SmilePrior(extent=asked, transmurality=0.6), ventricle, 8)]
    assert np.mean(got) == pytest.approx(asked, rel=0.2)


def test_subendocardial_scar_stays_subendocardial(ventricle):
    for mask in masks(SmilePrior(transmurality=0.3, burden=8), ventricle, 6):
        assert ventricle.transmural[mask.scar].max() < 0.8


def test_the_grey_zone_is_the_rim_of_the_infarct(ventricle):
    for mask in masks(SmilePrior(burden=25, grey_zone=0.3, mvo=0.1), ventricle, 6):
        assert mask.grey_zone.sum() == pytest.approx(0.3 * mask.scar.sum(), rel=0.1)
        assert not (mask.grey_zone & ~mask.infarct).any()
        near = ndimage.binary_dilation(ventricle.wall & ~mask.scar, np.ones((3, 3, 1)))
        inner = mask.infarct & ~mask.grey_zone
        assert near[mask.grey_zone].mean() > 1.5 * near[inner].mean()


def test_a_chronic_infarct_is_smaller_and_has_no_mvo(ventricle):
    acute, chronic = (masks(SmilePrior(preset=preset), ventricle, 40) for preset in ("acute", "chronic"))
    assert not any(mask.mvo.any() for mask in chronic)
    assert any(mask.mvo.any() for mask in acute)
    sizes = [np.mean([burden(mask.scar, ventricle) for mask in drawn]) for drawn in (acute, chronic)]
    assert sizes[1] < 0.9 * sizes[0]


def test_given_segments_are_not_left(ventricle):
    for mask in masks(SmilePrior(segments=[1, 2, 7, 8]), ventricle, 8):
        assert set(np.unique(ventricle.segment[mask.scar])) <= {1, 2, 7, 8}


@pytest.mark.parametrize(("territory", "home"), [("LAD", {1, 2, 7, 8, 13, 14, 17}), ("LCX", {5, 6, 11, 12, 16})])
def test_a_territory_is_where_most_of_its_scar_lies(ventricle, territory, home):
    inside = [
        np.isin(ventricle.segment[mask.scar], list(home)).mean()
        for mask in masks(SmilePrior(territory=territory, burden=(5, 15)), ventricle, 25)
    ]
    assert np.mean(inside) > 0.7


def test_mvo_is_a_core_with_a_rim_of_infarct(ventricle):
    with_core = 0
    for mask in masks(SmilePrior(burden=30, mvo=0.15), ventricle, 12):
        assert not (mask.infarct & mask.mvo).any()
        around = ndimage.binary_dilation(mask.mvo, np.ones((3, 3, 1)))
        assert not (around & ~mask.scar).any()
        beyond = ndimage.binary_dilation(mask.mvo, ndimage.generate_binary_structure(3, 1))
        assert not (beyond & ventricle.wall & ~mask.scar).any()
        with_core += bool(mask.mvo.any())
    assert with_core >= 10


def test_neighbouring_slices_continue_each_other(ventricle):
    for mask in masks(SmilePrior(burden=20), ventricle, 10):
        scarred = np.flatnonzero(mask.scar.any((0, 1)))
        assert np.array_equal(scarred, np.arange(scarred[0], scarred[-1] + 1))


def test_existing_scar_is_left_alone(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine)
    for mask in masks(SmilePrior(), anatomy, 5):
        assert not (mask.scar & anatomy.scar).any()


def test_priors_are_clean_under_strict_floating_point(ventricle):
    with np.errstate(all="raise", under="ignore"):
        masks(SmilePrior(), ventricle, 5)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"burden": 0}, "burden needs a number"),
        ({"burden": (30, 5)}, "burden needs a number"),
        ({"burden": "a lot"}, "burden needs a number"),
        ({"transmurality": 1.5}, "transmurality needs"),
        ({"mvo": 0.9}, "mvo needs"),
        ({"segments": [0, 18]}, "AHA segments 1-17"),
        ({"territory": "RIVA"}, "LAD, RCA, LCX"),
        ({"territory": "LAD", "segments": [5, 11]}, "territory LAD and segments .* have no AHA segment in common"),
        ({"levels": "middle"}, "levels need to be some of basal, mid, apical, apex, got 'middle'"),
        ({"burden": 20, "transmurality": 0.5, "extent": 0.4}, "burden, transmurality and extent clash"),
        ({"burden": 60, "transmurality": 0.3}, "burden 60.0 and transmurality 0.3 clash: at most 30 %LV"),
        ({"burden": (50, 60), "extent": (0.1, 0.2)}, "burden 50-60 and extent 0.1-0.2 clash"),
        ({"preset": "chronic", "mvo": 0.1}, "preset chronic and mvo 0.1 clash"),
        ({"mvo": 0.5, "grey_zone": 0.5}, "mvo 0.5 and grey_zone 0.5 clash"),
        ({"preset": "chronic", "distributions": ACUTE}, "preset chronic and distributions .* clash"),
        ({"preset": "old"}, "preset needs to be one of acute, chronic"),
        ({"grey_zone": 2}, "grey_zone needs"),
        ({"segments": "abc"}, "segments"),
        ({"territory": 3}, "LAD, RCA, LCX"),
    ],
)
def test_what_cannot_be_is_refused(parameters, reason):
    with pytest.raises(InputError, match=reason):
        SmilePrior(**parameters)


def test_a_burden_that_looks_like_a_share_is_asked_about():
    with pytest.warns(RequestWarning, match=r"burden 0.2 is 0.2 %LV, .* a fifth is 20"):
        SmilePrior(burden=0.2)
