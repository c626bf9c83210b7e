"""Run with ``pytest`` after installing both packages."""

from claim_aug_template import MidWallPrior, ShiftGenerator

from claim_aug import ScarSynthesizer
from claim_aug.phantom import make_phantom
from claim_aug.testing import GeneratorTests, PriorTests


class TestMidWall(PriorTests):
    factory = MidWallPrior


class TestShift(GeneratorTests):
    factory = ShiftGenerator


def test_the_stripe_lies_in_the_middle_of_the_septum():
    phantom = make_phantom(1, scar=False, shape=(96, 96, 5))
    synthesizer = ScarSynthesizer("midwall", "shift", labels="phantom", thickness=0.3)
    sample = synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=0)
    depth = sample.anatomy.on_grid(sample.anatomy.transmural)[sample.infarct]
    assert set(sample.parameters["realised"]["segments"]) <= {2, 3, 8, 9}
    assert 0.25 < depth.min() <= depth.max() < 0.75
