"""Training the autoencoder of ``latent``."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from claim_aug.generators.diffusion.codec import Codec, grown, hidden_codes, taken_out
from claim_aug.generators.diffusion.model import RIM, RIM_WEIGHT, shared
from claim_aug.generators.diffusion.window import HALF

#: How much the codes are drawn to a unit normal distribution.
KL_WEIGHT = 1e-4


class CodecLoss(nn.Module):
    """Absolute error of scar that went through the autoencoder (Rombach et al., arXiv:2112.10752) and of a rim."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, picture: Tensor, masks: Tensor, _histogram: Tensor, _times: Tensor, eps: Tensor) -> Tensor:
        """The loss of a batch; ``eps`` is the noise of its codes. As in sampling, codes beside scar know none of it."""
        around = taken_out(picture, masks)
        mean, log_variance = self.codec.posterior(picture)
        hidden = hidden_codes(masks, self.codec.factor)
        code = torch.where(hidden, mean + (log_variance / 2).exp() * eps, self.codec.posterior(around)[0])
        again = self.codec.decode(code, around, masks).float()
        scar = masks[:, :1] >= HALF
        weight = scar + RIM_WEIGHT * (grown(scar, RIM) & ~scar)
        total = shared(weight.sum()) if self.training else weight.sum()
        error = (weight * (again - picture).abs()).sum() / total.clamp_min(1)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).float().sum() / picture.numel()
        return error + KL_WEIGHT * kl


@torch.no_grad()
def standardise(codec: Codec, batch: tuple[Tensor, ...]) -> None:
    """Bring each channel of the codes that are painted to zero mean and unit spread, as the noise has.

    Args:
        batch: pictures and masks of the training set first.
    """
    picture, masks = (part.to(codec.spread.device) for part in batch[:2])
    hidden = hidden_codes(masks, codec.factor)[:, 0]
    codes = codec.posterior(picture)[0].movedim(1, -1)[hidden].float()
    codec.middle.copy_(codes.mean(0).reshape(-1, 1, 1))
    codec.spread.copy_(codes.std(0).reshape(-1, 1, 1))
