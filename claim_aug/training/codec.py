"""Training the autoencoder of ``latent``."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from claim_aug.generators.diffusion.codec import Codec, dilate, hidden_codes, hide_scar
from claim_aug.generators.diffusion.model import RIM, RIM_WEIGHT, mean_over_processes
from claim_aug.generators.diffusion.window import HALF

#: How much the codes are drawn to a unit normal distribution.
KL_WEIGHT = 1e-4


class CodecLoss(nn.Module):
    """Absolute error of scar that went through the autoencoder (Rombach et al., arXiv:2112.10752) and of a rim.

    Args:
        codec: autoencoder to be trained.
    """

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, window: Tensor, masks: Tensor, _histogram: Tensor, _times: Tensor, eps: Tensor) -> Tensor:
        """The loss of a batch; ``eps`` is the noise of its codes. As in sampling, codes beside scar know none of it."""
        around = hide_scar(window, masks)
        mean, log_variance = self.codec.posterior(window)
        hidden = hidden_codes(masks, self.codec.factor)
        code = torch.where(hidden, mean + (log_variance / 2).exp() * eps, self.codec.posterior(around)[0])
        again = self.codec.decode(code, around, masks).float()
        scar = masks[:, :1] >= HALF
        weight = scar + RIM_WEIGHT * (dilate(scar, RIM) & ~scar)
        total = mean_over_processes(weight.sum()) if self.training else weight.sum()
        error = (weight * (again - window).abs()).sum() / total.clamp_min(1)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).float().sum() / window.numel()
        return error + KL_WEIGHT * kl


@torch.no_grad()
def standardise(codec: Codec, batch: tuple[Tensor, ...]) -> None:
    """Bring each channel of the codes that are painted to zero mean and unit spread, as the noise has.

    Args:
        codec: trained autoencoder; its buffers ``middle`` and ``spread`` are set.
        batch: windows (B, 1, size, size) and masks (B, ``MASKS``, size, size) of the training set first, then anything.
    """
    window, masks = (part.to(codec.spread.device) for part in batch[:2])
    hidden = hidden_codes(masks, codec.factor)[:, 0]
    codes = codec.posterior(window)[0].movedim(1, -1)[hidden].float()
    codec.middle.copy_(codes.mean(0).reshape(-1, 1, 1))
    codec.spread.copy_(codes.std(0).reshape(-1, 1, 1))
