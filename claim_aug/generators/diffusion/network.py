"""The network, from diffusers: a U-Net that reads a control histogram."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from claim_aug.generators.diffusion.config import GROUPS, ModelConfig
from claim_aug.generators.diffusion.control_histogram import BINS
from claim_aug.generators.diffusion.window import MASKS

#: In training; a few thousand slices are few.
DROPOUT = 0.1
#: Steps of the noise schedule.
TIMES = 1000


class Denoiser(nn.Module):
    """Velocity of a noisy code, given what surrounds the scar, where it is, and how bright it is to be.

    Args:
        config: numbers that the U-Net is built of.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        diffusers = import_diffusers()
        scales = len(config.widths)
        self.unet = diffusers.UNet2DModel(
            sample_size=config.size // config.factor,
            in_channels=2 * config.codes + MASKS * config.factor**2,
            out_channels=config.codes,
            block_out_channels=config.widths,
            layers_per_block=config.layers,
            norm_num_groups=GROUPS,
            down_block_types=("DownBlock2D",) * scales,
            up_block_types=("UpBlock2D",) * scales,
            class_embed_type="identity",
            add_attention=False,
            dropout=DROPOUT,
        )
        width = 4 * config.widths[0]  # of the U-Net's time embedding, to which the histogram's is added
        self.control = nn.Sequential(nn.Linear(BINS, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, x: Tensor, times: Tensor | int, condition: Tensor, histogram: Tensor) -> Tensor:
        """The velocity, (B, codes, m, m).

        Args:
            x: noisy codes, (B, codes, m, m).
            times: steps of the noise schedule, (B,) or one for all.
            condition: codes around the scar and masks, (B, channels, m, m).
            histogram: control histograms, (B, ``BINS``).
        """
        # Shares of sixteen bins are small numbers; eight of them to a unit suit a fresh linear layer.
        embedded = self.control(8 * histogram)
        velocity: Tensor = self.unet(torch.cat([x, condition], 1), times, class_labels=embedded).sample
        return velocity


def schedule() -> Tensor:
    """Cumulative signal level of the cosine schedule (Nichol & Dhariwal, arXiv:2102.09672), (``TIMES``,)."""
    scheduler = import_diffusers().DDPMScheduler(num_train_timesteps=TIMES, beta_schedule="squaredcos_cap_v2")
    alphas: Tensor = scheduler.alphas_cumprod
    return alphas


def import_diffusers() -> Any:
    """The library, told to stay offline before it is imported."""
    import os

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import diffusers

    return diffusers
