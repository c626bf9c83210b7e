"""A fitted prior draws what it was fitted to."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.phantom import make_phantom
from claim_aug.priors.distributions import ACUTE, ScarDistributions
from claim_aug.priors.fit import fit, measure
from claim_aug.priors.smile import SmilePrior


def labelled(prior, ventricle, seed):
    """The ventricle with a scar of the prior as if it had been labelled."""
    from dataclasses import replace

    mask = prior.sample(ventricle, np.random.default_rng(seed))
    return replace(ventricle, infarct=mask.infarct, mvo=mask.mvo)


def test_a_law_is_found_again(ventricle):
    prior = SmilePrior(burden=(10, 30), transmurality=(0.5, 0.7), territory="RCA", mvo=0.1)
    distributions = fit([measure(labelled(prior, ventricle, seed)) for seed in range(60)], source="itself")
    drawn = [distributions.draw_burden(np.random.default_rng(seed)) for seed in range(500)]
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx([11, 20, 29], abs=2.5)
    depths = [distributions.draw_transmurality(20, np.random.default_rng(seed)) for seed in range(500)]
    assert np.mean(depths) == pytest.approx(0.6, abs=0.05)
    assert distributions.culprit[1] > 0.7
    assert distributions.draw_mvo(25, np.random.default_rng(0)) == pytest.approx(0.1, abs=0.06)
    assert distributions.segments[3] > 3 * distributions.segments[0]
    assert distributions.unlabelled_endocardium < 0.05


def test_what_was_fitted_can_be_saved_loaded_and_drawn_from(ventricle, tmp_path):
    distributions = fit([measure(labelled(SmilePrior(), ventricle, seed)) for seed in range(8)], source="eight")
    distributions.save(tmp_path / "scars.json")
    assert ScarDistributions.load(tmp_path / "scars.json") == distributions
    mask = SmilePrior(tmp_path / "scars.json").sample(ventricle, np.random.default_rng(0))
    assert mask.scar.any()


def test_without_an_anchor_places_stay_clinical():
    phantom = make_phantom(2, scar=True, shape=(96, 96, 6))
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with pytest.warns(UserWarning, match="unanchored"):
        scar = measure(LVAnatomy.from_labels(labels, affine=phantom.affine))
    assert (scar.segments, scar.territory) == (None, None)
    distributions = fit([scar] * 6, source="x")
    assert (distributions.segments, distributions.culprit) == ((), ACUTE.culprit)


def test_too_few_scars_are_refused(ventricle):
    with pytest.raises(InputError, match="at least 5 labelled scars, got 3"):
        fit([measure(labelled(SmilePrior(), ventricle, 0))] * 3, source="x")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "claim-aug scar distributions 1"}', '{"format": "other"}', "\x00"]
)
def test_a_file_that_is_no_law_is_refused(tmp_path, content):
    (tmp_path / "scars.json").write_text(content)
    with pytest.raises(InputError, match="not a fitted smile prior; make one with claim-aug prior fit"):
        ScarDistributions.load(tmp_path / "scars.json")


def test_a_law_with_values_of_the_wrong_kind_is_refused(tmp_path):
    ACUTE.save(tmp_path / "scars.json")
    text = (tmp_path / "scars.json").read_text().replace('"islands": [', '"islands": "many", "x": [')
    (tmp_path / "scars.json").write_text(text)
    with pytest.raises(InputError, match="not a fitted smile prior"):
        ScarDistributions.load(tmp_path / "scars.json")


def test_a_missing_law_is_named(tmp_path):
    with pytest.raises(InputError, match="scars.json cannot be read: No such file"):
        SmilePrior(tmp_path / "scars.json")
