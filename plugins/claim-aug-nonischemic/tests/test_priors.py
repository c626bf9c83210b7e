"""Each prior keeps what priors keep, and scars the wall where its disease does.

Run with ``pytest plugins/claim-aug-nonischemic`` after installing both packages.
"""

import numpy as np
import pytest
from claim_aug_nonischemic import PRIORS, priors

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.errors import EmptyScarError, UnanchoredWarning
from claim_aug.phantom import make_phantom
from claim_aug.testing import PriorTests

SEEDS = range(8)


class TestDilated(PriorTests):
    factory = priors.DilatedPrior


class TestInsertion(PriorTests):
    factory = priors.InsertionPrior


class TestPatchy(PriorTests):
    factory = priors.PatchyPrior


class TestMyocarditis(PriorTests):
    factory = priors.MyocarditisPrior


class TestSarcoid(PriorTests):
    factory = priors.SarcoidPrior


class TestFabry(PriorTests):
    factory = priors.FabryPrior


class TestAmyloid(PriorTests):
    factory = priors.AmyloidPrior


class TestAsAsked(PriorTests):
    factory = priors.DilatedPrior
    options = {"burden": (1, 3), "segments": (8, 9), "depth": 0.5, "thickness": 0.5}


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(3, scar=False, shape=(112, 112, 9), spacing=(1.4, 1.4, 9.0))


@pytest.fixture(scope="module")
def heart(phantom):
    return LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine, spacing=phantom.spacing)


def scars(cls, heart, **options):
    """Scars of one prior with its seeds."""
    return [cls(**options).sample(heart, np.random.default_rng(seed)).infarct for seed in SEEDS]


def depths(heart, scar):
    return heart.transmural[scar]


def test_dilated_hearts_have_a_stripe_in_the_middle_of_the_septum(heart):
    for scar in scars(priors.DilatedPrior, heart):
        assert set(np.unique(heart.segment[scar])) <= {2, 3, 8, 9}
        assert depths(heart, scar).min() > 0.15
        assert depths(heart, scar).max() < 0.85
        assert 0.4 < np.median(depths(heart, scar)) < 0.6


def test_hypertrophic_hearts_are_scarred_within_25_degrees_of_an_rv_insertion(heart):
    insertions = np.array([0, heart.anchor.septum_extent_deg])
    for scar in scars(priors.InsertionPrior, heart, burden=2):
        turn = abs((heart.rotational[scar][:, None] - insertions + 180) % 360 - 180).min(1)
        assert np.median(turn) < 25


def test_patches_lie_in_the_thickest_segment_or_beside_it(heart):
    counts = heart.segment_voxels()
    thickest = max(range(1, 13), key=counts.get)
    found = np.unique(np.concatenate([heart.segment[scar] for scar in scars(priors.PatchyPrior, heart)]))
    assert thickest in found
    assert len(found) == 3
    assert len({(segment - 1) // 6 for segment in found}) == 1


def test_myocarditis_is_lateral_and_spares_the_endocardium(heart):
    for scar in scars(priors.MyocarditisPrior, heart):
        assert set(np.unique(heart.segment[scar])) <= {5, 6, 11, 12}
        assert depths(heart, scar).min() > 0.45
        assert depths(heart, scar).max() > 0.9


def test_sarcoid_has_several_depths_in_the_septum(heart):
    middles = [np.median(depths(heart, scar)) for scar in scars(priors.SarcoidPrior, heart)]
    assert max(middles) - min(middles) > 0.25
    assert all(set(np.unique(heart.segment[scar])) <= {2, 3, 8, 9} for scar in scars(priors.SarcoidPrior, heart))


def test_fabry_is_in_the_middle_of_the_basal_inferolateral_wall(heart):
    for scar in scars(priors.FabryPrior, heart):
        assert set(np.unique(heart.segment[scar])) == {5}
        assert depths(heart, scar).min() > 0.1
        assert depths(heart, scar).max() < 0.95


def test_amyloid_goes_all_round_from_the_endocardium(heart):
    for scar in scars(priors.AmyloidPrior, heart):
        sectors = np.unique(heart.rotational[scar] // 30)
        assert len(sectors) == 12
        assert np.median(depths(heart, scar)) < 0.5


@pytest.mark.parametrize("name", PRIORS)
def test_a_burden_that_the_layer_holds_is_met_to_a_voxel(phantom, heart, name):
    synthesizer = ScarSynthesizer(name, labels="phantom", burden=1.0)
    for seed in range(3):
        sample = synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=seed)
        assert sample.infarct.sum() == round(heart.wall_voxels / 100)
        assert sample.parameters["note"] is None
        assert not sample.mvo.any()


def test_a_burden_that_the_layer_cannot_hold_is_noted(heart):
    mask = priors.FabryPrior(burden=20).sample(heart, np.random.default_rng(0))
    assert mask.note.startswith("burden 20.0 %LV was wanted, the layer holds ")


def test_segments_and_depth_are_as_asked(heart):
    for scar in scars(priors.DilatedPrior, heart, segments=(11, 12), depth=0.2, thickness=0.3, burden=0.5):
        assert set(np.unique(heart.segment[scar])) <= {11, 12}
        assert depths(heart, scar).max() < 0.35


def test_a_scan_without_the_segments_is_refused_in_words(heart, phantom):
    middle = LVAnatomy.from_labels(phantom.labels[..., 4], "phantom", spacing=(1.4, 1.4, 9), anterior_insertion=100)
    with pytest.raises(EmptyScarError, match=r"no healthy myocardium of this scan lies in AHA segments \[5\]"):
        priors.FabryPrior().sample(middle, np.random.default_rng(0))


def test_without_an_anchor_the_note_says_so(phantom):
    with pytest.warns(UnanchoredWarning):
        unanchored = LVAnatomy.from_labels(
            np.where(phantom.labels == 5, 0, phantom.labels), "phantom", spacing=(1, 1, 8)
        )
    assert "is not known" in priors.DilatedPrior().sample(unanchored, np.random.default_rng(0)).note
