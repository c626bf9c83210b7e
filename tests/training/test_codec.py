"""The autoencoder's training: the loss is that of scar and a rim, and codes end up as wide as the noise."""

import pytest
import torch

from claim_aug.generators.diffusion.codec import Codec, hidden_codes
from claim_aug.training.batches import validation_batch
from claim_aug.training.codec import CodecLoss, standardise


@pytest.fixture
def codec(tiny_latent):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Codec(tiny_latent)


@pytest.fixture
def batch(tiny_latent, learnable):
    return validation_batch(learnable[:6], tiny_latent, 0)


def test_what_is_far_from_scar_costs_nothing(codec, batch):
    """The gradient at the window that comes back is 0 there."""
    codec = codec.eval()
    answers = []
    decode = codec.decode
    codec.decode = lambda *given: answers.append(decode(*given)) or answers[0]
    loss = CodecLoss(codec).eval()(*batch)
    (gradient,) = torch.autograd.grad(loss, answers)
    near = torch.nn.functional.max_pool2d((batch[1][:, :1] >= 0.5).float(), 5, 1, 2) > 0
    assert not gradient[~near].any()
    assert gradient[near].any()


def told(codec, batch):
    """What the way back is told: code, surroundings and masks."""
    seen = []
    decode = codec.decode
    codec.decode = lambda *given: seen.append(given) or decode(*given)
    CodecLoss(codec)(*batch)
    codec.decode = decode
    return seen[0]


def test_scar_passes_through_the_codes_alone(codec, batch):
    window, masks = batch[:2]
    brighter = torch.where(masks[:, :1] >= 0.5, window + 2, window)
    code, around, layers = told(codec.eval(), batch)
    other, same, _ = told(codec, (brighter, *batch[1:]))
    hidden = hidden_codes(masks, codec.factor).expand_as(code)
    assert torch.equal(around, same)
    assert torch.equal(layers, masks)
    assert torch.equal(code[~hidden], other[~hidden])
    assert not torch.allclose(code[hidden], other[hidden])


def test_training_lowers_the_loss(codec, batch):
    module = CodecLoss(codec)
    optimiser = torch.optim.Adam(module.parameters(), 3e-3)
    first = module(*batch).item()
    for _ in range(30):
        optimiser.zero_grad()
        loss = module(*batch)
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.6 * first


def test_each_channel_of_the_codes_is_brought_to_the_noises_spread(codec, batch):
    codec = codec.eval().requires_grad_(False)
    standardise(codec, batch)
    codes = codec.encode(batch[0]).movedim(1, -1)[hidden_codes(batch[1], codec.factor)[:, 0]]
    assert codes.mean(0).tolist() == pytest.approx([0, 0], abs=1e-4)
    assert codes.std(0).tolist() == pytest.approx([1, 1], rel=1e-3)
