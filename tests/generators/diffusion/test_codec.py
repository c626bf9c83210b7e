"""The autoencoder of ``latent``: scar alone passes through its codes; the way back sees what surrounds it."""

from dataclasses import replace

import pytest
import torch

from claim_aug.generators.diffusion.codec import Codec, dilate, hidden_codes, hide_scar


@pytest.fixture(params=[(2, (8, 8)), (4, (8, 8, 8))], ids=["factor 2", "factor 4"])
def codec(tiny_latent, request):
    factor, widths = request.param
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Codec(replace(tiny_latent, factor=factor, codec_widths=widths)).eval().requires_grad_(False)


def square(low=12, high=18, size=32):
    """Masks of a square scar."""
    masks = torch.zeros(1, 4, size, size)
    masks[:, 0, low:high, low:high] = 1
    return masks


def test_codes_are_smaller_by_the_factor_and_pictures_come_back_whole(codec):
    window, masks = torch.randn(1, 1, 32, 32), square()
    code = codec.encode(window)
    assert code.shape == (1, 2, 32 // codec.factor, 32 // codec.factor)
    assert codec.decode(code, window, masks).shape == window.shape


def test_the_scale_of_the_codes_is_undone(codec):
    window, masks = torch.randn(1, 1, 32, 32), square()
    plain, code = codec.decode(codec.encode(window), window, masks), codec.encode(window)
    codec.middle.fill_(-2.0)
    codec.spread.fill_(0.25)
    assert torch.allclose(codec.encode(window), (code + 2) * 4, atol=1e-4)
    assert torch.allclose(codec.decode(codec.encode(window), window, masks), plain, atol=1e-4)


def test_the_code_knows_how_bright_a_picture_is(codec):
    """Group normalisation alone would give any constant window the same code."""
    dark, bright = (codec.encode(torch.full((1, 1, 32, 32), level)) for level in (0.0, 3.0))
    assert (bright - dark).abs().mean() > 0.1


def test_the_way_back_sees_code_surroundings_and_masks(codec):
    code = torch.randn(1, 2, 32 // codec.factor, 32 // codec.factor)
    around, masks = torch.randn(1, 1, 32, 32), square()
    plain = codec.decode(code, around, masks)
    for other in (
        codec.decode(code + 1, around, masks),
        codec.decode(code, around + square()[:, :1], masks),
        codec.decode(code, around, square(13, 17)),
    ):
        assert not torch.allclose(plain, other)


def test_nothing_of_a_pixel_that_scar_fills_by_half_is_left():
    window = torch.randn(1, 1, 32, 32)
    masks = square() * 0.5
    left = hide_scar(window, masks)
    assert not left[masks[:, :1] >= 0.5].any()
    assert torch.equal(left[masks[:, :1] < 0.5], window[masks[:, :1] < 0.5])
    assert torch.equal(hide_scar(window, 0.9 * masks), window)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_codes_that_saw_scar_are_painted_and_their_neighbours(factor):
    hidden = hidden_codes(square(13, 15), factor).float()
    whole = torch.nn.functional.interpolate(hidden, scale_factor=factor)[0, 0]
    low, high = (13, 15) if factor == 1 else (12 - factor, 16 + factor)
    assert whole[low:high, low:high].all()
    assert whole.sum() == (high - low) ** 2


def test_grown_reaches_so_many_pixels():
    mask = torch.zeros(1, 1, 9, 9, dtype=torch.bool)
    mask[0, 0, 4, 4] = True
    assert dilate(mask, 2)[0, 0].sum() == 25
    assert torch.equal(dilate(mask, 0), mask)
