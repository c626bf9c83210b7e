"""Lesion-focused diffusion: the network, its input, its loss, and how scar is sampled from it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_unshuffle

from claim_aug.generators.diffusion.codec import Codec, dilate, hidden_codes, hide_scar
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control_histogram import Controls
from claim_aug.generators.diffusion.mvo import darken_mvo
from claim_aug.generators.diffusion.network import Denoiser, schedule
from claim_aug.generators.diffusion.painting import PaintTask
from claim_aug.generators.diffusion.samplers import Denoise

#: Weight of the rim around what is hidden, and its width in codes: scar has to meet its surroundings.
RIM_WEIGHT, RIM = 0.25, 2


class LesionDiffusion(nn.Module):
    """A diffusion model whose loss and samples are the lesion's alone (LeFusion, arXiv:2403.14066; CLAIM, 2506.15549).

    Windows are (B, 1, size, size) in the network's units, masks (B, ``MASKS``, size, size), 0-1; see ``window``.

    Args:
        config: numbers that the network is built of.
        controls: control histograms of the training set, for a model that is to paint.

    Attributes:
        knows_remote: whether it has learnt to paint remote myocardium, too; models of former releases have not.
    """

    alphas: Tensor
    controls: Controls | None

    def __init__(self, config: ModelConfig, controls: Controls | None = None) -> None:
        super().__init__()
        self.config, self.controls, self.knows_remote = config, controls, True
        self.denoiser = Denoiser(config)
        self.codec = Codec(config) if config.kind == "latent" else None
        self.register_buffer("alphas", schedule(), persistent=False)

    def encode(self, window: Tensor) -> Tensor:
        """The code of a window, (B, codes, m, m); of ``ddpm``, the window itself."""
        return window if self.codec is None else self.codec.encode(window)

    def decode(self, code: Tensor, window: Tensor, masks: Tensor) -> Tensor:
        """The window of a code, (B, 1, size, size), given what ``window`` shows beside the scar."""
        found = code if self.codec is None else self.codec.decode(code, hide_scar(window, masks), masks)
        return darken_mvo(found, masks)

    def surroundings(self, window: Tensor, masks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the network is shown of a window.

        Returns:
            Code of the window without its scar, (B, codes, m, m); condition of the network, (B, channels, m, m); and
            boolean mask of the codes that are hidden, (B, 1, m, m).
        """
        hidden = hidden_codes(masks, self.config.factor)
        known = self.encode(hide_scar(window, masks))
        condition = torch.cat([known * ~hidden, pixel_unshuffle(masks, self.config.factor)], 1)
        return known, condition, hidden

    def forward(self, window: Tensor, masks: Tensor, histogram: Tensor, times: Tensor, eps: Tensor) -> Tensor:
        """Squared error of the velocity in the lesion and a narrow rim around it, one number.

        Args:
            window: windows with their real scar, (B, 1, size, size).
            masks: masks of the windows, (B, ``MASKS``, size, size).
            histogram: control histograms, (B, ``BINS``); zeros where the network is to do without.
            times: steps of the noise schedule, (B,), from 0.
            eps: standard normal noise of the codes, (B, codes, m, m).
        """
        with torch.no_grad():
            _, condition, hidden = self.surroundings(window, masks)
            clean = self.encode(window)
        alpha = self.alphas[times].reshape(-1, 1, 1, 1)
        x = alpha.sqrt() * clean + (1 - alpha).sqrt() * eps
        velocity = alpha.sqrt() * eps - (1 - alpha).sqrt() * clean
        error = (self.denoiser(x, times, condition, histogram).float() - velocity).square().mean(1, keepdim=True)
        weight = hidden + RIM_WEIGHT * (dilate(hidden, RIM) & ~hidden)
        total = mean_over_processes(weight.sum()) if self.training else weight.sum()
        return (weight * error).sum() / total.clamp_min(1)

    @torch.no_grad()
    def sample(self, task: PaintTask) -> Tensor:
        """Windows with new scar, (B, 1, size, size), in single precision."""
        known, condition, hidden = self.surroundings(task.window, task.masks)
        denoise = self.velocity(condition, task)
        code = task.sampler(denoise, self.alphas.cpu(), known, hidden, lambda: task.noise_like(known))
        return self.decode(code, task.window, task.masks).float()

    def velocity(self, condition: Tensor, task: PaintTask) -> Denoise:
        """What a sampler asks for: a function from a noisy code and a time to its velocity, with guidance."""

        def denoise(x: Tensor, t: int) -> Tensor:
            velocity: Tensor = self.denoiser(x, t, condition, task.histogram)
            if task.guidance != 1:
                free = self.denoiser(x, t, condition, torch.zeros_like(task.histogram))
                velocity = free + task.guidance * (velocity - free)
            return velocity.float()

        return denoise


def mean_over_processes(total: Tensor) -> Tensor:
    """The mean over the processes that train together: their parts of a batch weigh as they would in one process."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(total)
        total = total / torch.distributed.get_world_size()
    return total
