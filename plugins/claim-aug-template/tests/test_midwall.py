"""Run with ``pytest plugins/claim-aug-template`` after installing both packages."""

from claim_aug import ScarSynthesizer
from claim_aug.phantom import make_phantom


def test_the_stripe_lies_in_the_middle_of_the_septum():
    phantom = make_phantom(1, scar=False, shape=(96, 96, 5))
    synthesizer = ScarSynthesizer("midwall", labels="phantom", thickness=0.3)
    sample = synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=0)
    depth = sample.anatomy.on_grid(sample.anatomy.transmural)[sample.infarct]
    assert set(sample.parameters["realised"]["segments"]) <= {2, 3, 8, 9, 14}
    assert 0.2 < depth.min() <= depth.max() < 0.8
