"""The autoencoder of ``latent``, made so that thin scar survives: only what is hidden passes through its codes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pixel_shuffle, pixel_unshuffle

from claim_aug.generators.diffusion.config import GROUPS, ModelConfig
from claim_aug.generators.diffusion.network import import_diffusers
from claim_aug.generators.diffusion.window import HALF, MASKS


class Codec(nn.Module):
    """Windows (B, 1, size, size) to codes (B, codes, size / factor, size / factor), and back.

    The decoder is shown the window around the scar and the masks at full resolution, so the codes need not say where
    scar ends, nor what lies beside it (as the decoder of Zhu et al., arXiv:2306.04632). A linear path beside each
    network carries brightness, which group normalisation takes away.

    Args:
        config: numbers that the autoencoder is built of.
    """

    middle: Tensor
    spread: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        import_diffusers()
        from diffusers.models.autoencoders.vae import Decoder, Encoder

        self.factor, pixels, codes = config.factor, config.factor**2, config.codes
        scales = len(config.codec_widths)
        shared: dict[str, Any] = {
            "block_out_channels": config.codec_widths,
            "layers_per_block": 1,
            "norm_num_groups": GROUPS,
            "mid_block_add_attention": False,
        }
        self.encoder = Encoder(1, codes, ("DownEncoderBlock2D",) * scales, **shared)
        self.encoder_line = nn.Conv2d(pixels, codes, 1)
        self.decoder = Decoder(codes + (1 + MASKS) * pixels, 1, ("UpDecoderBlock2D",) * scales, **shared)
        self.decoder_line = nn.Conv2d(codes, pixels, 1)
        # Once trained: mean and spread of every code's channel over the training set, so that its noise suits all.
        self.register_buffer("middle", torch.zeros(codes, 1, 1))
        self.register_buffer("spread", torch.ones(codes, 1, 1))

    def encode(self, window: Tensor) -> Tensor:
        """The most likely code, of about zero mean and unit spread."""
        return (self.posterior(window)[0] - self.middle) / self.spread

    def posterior(self, window: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance of the code, as the encoder gives them."""
        mean, log_variance = self.encoder(window).chunk(2, 1)
        return mean + self.encoder_line(pixel_unshuffle(window, self.factor)), log_variance.clamp(-30, 20)

    def decode(self, code: Tensor, around: Tensor, masks: Tensor) -> Tensor:
        """The window of a code, (B, 1, size, size).

        Args:
            code: codes, (B, codes, size / factor, size / factor).
            around: windows with nothing in place of the scar, (B, 1, size, size).
            masks: masks of the windows, (B, ``MASKS``, size, size).
        """
        code = code * self.spread + self.middle
        beside = pixel_unshuffle(torch.cat([around, masks], 1), self.factor)
        found: Tensor = self.decoder(torch.cat([code, beside], 1))
        return found + pixel_shuffle(self.decoder_line(code), self.factor)


def hide_scar(window: Tensor, masks: Tensor) -> Tensor:
    """The window with nothing where scar fills a pixel by half."""
    return torch.where(masks[:, :1] >= HALF, 0.0, window)


def hidden_codes(masks: Tensor, factor: int) -> Tensor:
    """Which codes are painted, (B, 1, m, m) boolean: those that saw scar, and as a code sees its neighbours, theirs."""
    hidden = masks[:, :1] >= HALF
    return hidden if factor == 1 else dilate(max_pool2d(hidden.float(), factor) > 0, 1)


def dilate(mask: Tensor, pixels: int) -> Tensor:
    """A boolean mask (B, 1, rows, columns) and all within ``pixels`` of it, in squares."""
    return max_pool2d(mask.float(), 2 * pixels + 1, stride=1, padding=pixels) > 0
