"""Training the autoencoder of ``latent``."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from claim_aug.generators.diffusion.model import LesionDiffusion, shared
from claim_aug.training.batches import validation
from claim_aug.training.slices import TrainingSlice

#: How much more an error within the scar counts, and how much the codes are drawn to a unit normal distribution.
LESION_WEIGHT, KL_WEIGHT = 4.0, 1e-4


class CodecLoss(nn.Module):
    """Absolute error of pictures that went through the autoencoder, mostly that of scar (arXiv:2112.10752)."""

    def __init__(self, codec: nn.Module) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, picture: Tensor, masks: Tensor, _histogram: Tensor, _times: Tensor, eps: Tensor) -> Tensor:
        """The loss of a batch; ``eps`` is the noise of its codes."""
        found = self.codec.encode(picture).latent_dist  # type: ignore[operator]
        again = self.codec.decode(found.mean + found.std * eps).sample.float()  # type: ignore[operator]
        weight = 1 + LESION_WEIGHT * (masks[:, :1] > 0)
        total = shared(weight.sum()) if self.training else weight.sum()
        error = (weight * (again - picture).abs()).sum() / total
        kl: Tensor = found.kl().mean() / picture[0].numel()
        return error + KL_WEIGHT * kl


@torch.no_grad()
def set_code_scale(model: LesionDiffusion, slices: Sequence[TrainingSlice], seed: int) -> None:
    """Bring the codes of the training set to unit spread, as the noise has."""
    picture = validation(slices, model.config, seed)[0].to(model.code_scale.device)
    model.code_scale.fill_(1.0)
    model.code_scale.fill_(1 / float(model.encode(picture).std()))
