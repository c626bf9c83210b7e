"""A wall around its cavity, or a label scheme that is not the data's."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.anatomy.enclosure import FITTING, cavity_enclosure
from claim_aug.phantom import make_phantom

#: As ACDC numbers them: RV 1, wall 2, cavity 3.
ACDC = np.array([0, 3, 2, 2, 2, 1], np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_a_cavity_fills_the_ring_of_its_wall(seed):
    phantom = make_phantom(seed, scar=bool(seed % 2))
    assert cavity_enclosure(LVAnatomy.from_labels(phantom.labels, "phantom")) > 0.95


@pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")
@pytest.mark.parametrize("seed", range(4))
def test_an_rv_that_is_taken_for_the_cavity_is_outside_of_it(seed):
    labels = ACDC[make_phantom(seed, scar=False).labels]
    assert cavity_enclosure(LVAnatomy.from_labels(labels, "emidec")) < FITTING
    assert cavity_enclosure(LVAnatomy.from_labels(labels, "acdc")) > 0.95


@pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")
def test_an_infarct_that_is_taken_for_the_cavity_does_not_fill_it():
    labels = make_phantom(1, scar=True, mvo=False).labels
    assert cavity_enclosure(LVAnatomy.from_labels(labels, "cavity=3,myocardium=2,infarct=4,background=0+1+5")) < FITTING
