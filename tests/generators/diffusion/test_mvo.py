"""No window has MVO that is as bright as its infarct."""

import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.generators.diffusion.mvo import BRIGHTEST, darken_mvo
from claim_aug.generators.diffusion.window import MIDDLE, SPREAD
from claim_aug.phantom import make_phantom


@pytest.fixture
def masks():
    """Two windows: scar in a square, MVO in its middle; the second has no MVO."""
    layers = torch.zeros(2, 4, 16, 16)
    layers[:, 0, 3:13, 3:13] = 1
    layers[0, 1, 6:10, 6:10] = 1
    return layers


def painted(infarct, mvo):
    intensity = torch.full((2, 1, 16, 16), 0.1)
    intensity[:, :, 3:13, 3:13] = infarct
    intensity[:, :, 6:10, 6:10] = mvo
    return (intensity - MIDDLE) / SPREAD


def test_mvo_as_bright_as_infarct_is_darkened_and_nothing_else(masks):
    before = painted(1.2, 1.3)
    after = darken_mvo(before, masks)
    mvo_region = masks[0, 1] > 0
    assert (MIDDLE + SPREAD * after[0, 0][mvo_region]).numpy() == pytest.approx(BRIGHTEST * 1.2, abs=1e-5)
    assert after[0, 0][~mvo_region].numpy() == pytest.approx(before[0, 0][~mvo_region].numpy(), abs=1e-6)
    assert torch.equal(after[1], before[1])


@pytest.mark.parametrize(("infarct", "mvo"), [(1.2, 0.9), (1.2, -0.3), (-0.1, 0.2)])
def test_mvo_that_is_dark_enough_stays_bit_for_bit(masks, infarct, mvo):
    before = painted(infarct, mvo)
    assert torch.equal(darken_mvo(before, masks), before)


def test_a_gradient_goes_through(masks):
    before = painted(1.2, 1.3).requires_grad_()
    darken_mvo(before, masks).sum().backward()
    assert (before.grad > 0).all()


def test_what_shares_a_batch_changes_nothing(masks):
    before = painted(1.2, 1.3)
    assert torch.equal(darken_mvo(before, masks)[:1], darken_mvo(before[:1], masks[:1]))


@pytest.mark.parametrize("seed", range(3))
def test_synthetic_mvo_is_darker_than_its_infarct(seed):
    """Painted by the package's weights, one slice in seven was not so (benchmarks/mvo.py)."""
    scan = make_phantom(seed, scar=False)
    synthesizer = ScarSynthesizer(generator="ddpm", labels="phantom", burden=25, mvo=0.3, steps=4)
    made = synthesizer.sample(scan.image, scan.labels, seed=seed, affine=scan.affine)
    for image, labels in zip(np.moveaxis(made.image, 2, 0), np.moveaxis(made.labels, 2, 0), strict=True):
        if (labels == 4).sum() >= 20:
            assert np.median(image[labels == 4]) < np.median(image[labels == 3])
