"""Territory, segments and levels narrow each other; a scar stays where it was asked for, or says that it did not."""

import warnings

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.phantom import make_phantom
from claim_aug.priors.manual import ManualPrior
from claim_aug.priors.places import LEVELS, check_levels, common_segments, territory_segments
from claim_aug.priors.smile import SmilePrior


@pytest.fixture(scope="module")
def hearts():
    phantoms = [make_phantom(seed, scar=False, shape=(112, 112, 8), spacing=(1.5, 1.5, 10.0)) for seed in range(3)]
    return [LVAnatomy.from_labels(one.labels, "phantom", affine=one.affine) for one in phantoms]


def segments_of(mask, heart):
    return np.unique(heart.segment[mask.scar])


@pytest.mark.parametrize(
    ("territory", "segments", "levels", "left"),
    [
        ("LAD", None, None, (1, 2, 7, 8, 13, 14, 16, 17)),
        ("LAD", None, ("mid", "apical"), (7, 8, 13, 14, 16)),
        ("LAD", (7, 8, 9), None, (7, 8)),
        ("LAD", (3, 9), None, (3, 9)),  # of some people's LAD
        (None, (7, 8, 13), ("apical",), (13,)),
        (None, None, ("apex",), (17,)),
        (None, None, None, None),
    ],
)
def test_what_all_leave_counts(territory, segments, levels, left):
    assert common_segments(territory, segments, levels) == left


@pytest.mark.parametrize("levels", ["basal,mid", ["MID", "basal"], ("mid", "basal", "mid"), " basal , mid "])
def test_levels_are_named_in_any_order(levels):
    assert check_levels(levels) == ("basal", "mid")


@pytest.mark.parametrize("levels", ["", "middle", ["basal", "epical"], []])
def test_other_levels_are_refused(levels):
    with pytest.raises(InputError, match="levels need to be some of basal, mid, apical, apex"):
        check_levels(levels)


@pytest.mark.parametrize("territory", ["LAD", "RCA", "LCX"])
@pytest.mark.parametrize("burden", [3, 12, 25])
def test_four_fifths_of_a_scar_lie_in_its_territory(hearts, territory, burden):
    for heart in hearts:
        for seed in range(4):
            mask = SmilePrior(territory=territory, burden=burden).sample(heart, np.random.default_rng(seed))
            inside = np.isin(heart.segment[mask.scar], territory_segments(territory)).mean()
            assert inside >= 0.8


@pytest.mark.parametrize("prior", [SmilePrior, ManualPrior])
@pytest.mark.parametrize("levels", ["basal", "mid,apical"])
def test_scar_does_not_leave_its_levels(hearts, prior, levels):
    allowed = [segment for level in levels.split(",") for segment in LEVELS[level]]
    for heart in hearts:
        for asked in ({"levels": levels}, {"levels": levels, "territory": "RCA"}):
            mask = prior(**asked).sample(heart, np.random.default_rng(1))
            assert set(segments_of(mask, heart)) <= set(allowed)


def test_a_transmural_infarct_with_mvo_at_mid_and_apical_level_is_one_request(hearts):
    """As a cardiologist would ask for it."""
    for heart in hearts:
        asked = {"territory": "LAD", "levels": "mid,apical", "transmurality": 1.0, "mvo": 0.15}
        mask = ManualPrior(**asked).sample(heart, np.random.default_rng(0))
        assert set(segments_of(mask, heart)) <= {7, 8, 13, 14, 16}
        share = mask.mvo.sum() / mask.scar.sum()
        assert abs(share - 0.15) < 0.03 or "MVO 0.15 was wanted" in mask.note
        assert not (mask.mvo & mask.infarct).any()


def test_a_territory_without_an_anchor_is_said_not_to_be_met(hearts, phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        heart = LVAnatomy.from_labels(labels, "phantom", spacing=phantom.spacing)
    mask = SmilePrior(territory="LAD").sample(heart, np.random.default_rng(1))
    assert "territory LAD was wanted, but without an anchor" in mask.note


@pytest.mark.parametrize("prior", [SmilePrior, ManualPrior])
def test_a_territory_that_is_left_with_places_of_few_people_says_so(hearts, prior):
    mask = prior(territory="LCX", segments=(16,)).sample(hearts[0], np.random.default_rng(0))
    assert "territory LCX was wanted with places that it feeds in few people: AHA segments [16]" in mask.note
