"""Lesion-focused diffusion: the network, what it is told, its loss, and how scar is sampled from it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_unshuffle

from claim_aug.generators.diffusion.codec import Codec, grown, hidden_codes, taken_out
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control import Controls
from claim_aug.generators.diffusion.mvo import darkened
from claim_aug.generators.diffusion.network import Denoiser, schedule
from claim_aug.generators.diffusion.samplers import Denoise

#: Weight of the rim around what is hidden, and its width in codes: scar has to meet its surroundings.
RIM_WEIGHT, RIM = 0.25, 2

Sampler = Callable[..., Tensor]


class LesionDiffusion(nn.Module):
    """A diffusion model whose loss and samples are the lesion's alone (LeFusion, arXiv:2403.14066; CLAIM, 2506.15549).

    Pictures are (B, 1, size, size) in the network's units, masks (B, ``MASKS``, size, size), see ``window``.
    """

    alphas: Tensor
    controls: Controls | None

    def __init__(self, config: ModelConfig, controls: Controls | None = None) -> None:
        super().__init__()
        self.config, self.controls = config, controls
        self.denoiser = Denoiser(config)
        self.codec = Codec(config) if config.kind == "latent" else None
        self.register_buffer("alphas", schedule(), persistent=False)

    def encode(self, picture: Tensor) -> Tensor:
        """The picture as a code; of ``ddpm``, the picture itself."""
        return picture if self.codec is None else self.codec.encode(picture)

    def decode(self, code: Tensor, picture: Tensor, masks: Tensor) -> Tensor:
        """The picture of a code, and of what ``picture`` shows beside the scar."""
        found = code if self.codec is None else self.codec.decode(code, taken_out(picture, masks), masks)
        return darkened(found, masks)

    def surroundings(self, picture: Tensor, masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the network is told: the code of the picture without its scar, the condition, and what is hidden.

        Returns:
            known (B, codes, m, m), condition (B, ., m, m), hidden (B, 1, m, m) boolean.
        """
        hidden = hidden_codes(masks, self.config.factor)
        known = self.encode(taken_out(picture, masks))
        condition = torch.cat([known * ~hidden, pixel_unshuffle(masks, self.config.factor)], 1)
        return known, condition, hidden

    def forward(self, picture: Tensor, masks: Tensor, histogram: Tensor, times: Tensor, eps: Tensor) -> Tensor:
        """Squared error of the velocity in the lesion and a narrow rim around it.

        Args:
            histogram: (B, ``BINS``), zeros where the network is to do without.
            times: (B,), 0 to the schedule's length.
            eps: noise, (B, codes, m, m).
        """
        with torch.no_grad():
            _, condition, hidden = self.surroundings(picture, masks)
            clean = self.encode(picture)
        alpha = self.alphas[times].reshape(-1, 1, 1, 1)
        x = alpha.sqrt() * clean + (1 - alpha).sqrt() * eps
        aim = alpha.sqrt() * eps - (1 - alpha).sqrt() * clean
        error = (self.denoiser(x, times, condition, histogram).float() - aim).square().mean(1, keepdim=True)
        weight = hidden + RIM_WEIGHT * (grown(hidden, RIM) & ~hidden)
        total = shared(weight.sum()) if self.training else weight.sum()
        return (weight * error).sum() / total.clamp_min(1)

    @torch.no_grad()
    def sample(
        self,
        picture: Tensor,
        masks: Tensor,
        histogram: Tensor,
        sampler: Sampler,
        noise: Callable[[tuple[int, ...]], Tensor],
        *,
        guidance: float = 1.0,
    ) -> Tensor:
        """Pictures with new scar, (B, 1, size, size); ``noise`` gives fresh noise of a shape, sample by sample.

        With ``guidance`` other than 1 the histogram counts for more than the network gives it (Ho & Salimans,
        arXiv:2207.12598), at the price of a second call.
        """
        known, condition, hidden = self.surroundings(picture, masks)
        denoise = self.velocity(condition, histogram, guidance)
        code = sampler(denoise, self.alphas.cpu(), known, hidden, lambda: noise(tuple(known.shape)).to(known))
        return self.decode(code, picture, masks).float()

    def velocity(self, condition: Tensor, histogram: Tensor, guidance: float = 1.0) -> Denoise:
        """What a sampler asks for: the velocity of a noisy code at a time."""

        def denoise(x: Tensor, t: int) -> Tensor:
            velocity: Tensor = self.denoiser(x, t, condition, histogram)
            if guidance != 1:
                free = self.denoiser(x, t, condition, torch.zeros_like(histogram))
                velocity = free + guidance * (velocity - free)
            return velocity.float()

        return denoise


def shared(total: Tensor) -> Tensor:
    """The mean over the processes that train together: their parts of a batch weigh as they would in one process."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(total)
        total = total / torch.distributed.get_world_size()
    return total
