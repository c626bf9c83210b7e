"""MVO darker than the infarct around it: contrast agent hardly reaches it."""

from __future__ import annotations

import torch
from torch import Tensor

from claim_aug.generators.diffusion.window import HALF, MIDDLE, SPREAD

#: Height of MVO over that of its slice's infarct: 90th percentile of 93 EMIDEC slices, of which 1 % reach 1.
BRIGHTEST = 0.84


def darkened(pictures: Tensor, masks: Tensor) -> Tensor:
    """Windows whose MVO is no brighter than patients' is; all others stay as they are, bit for bit.

    A network is told where MVO is, and all the same paints it as bright as infarct now and then.

    Args:
        pictures: (B, 1, size, size) in the network's units.
        masks: (B, ``MASKS``, size, size), 0-1.
    """
    heights = MIDDLE + SPREAD * pictures.float()
    scar, share = masks[:, :1], masks[:, 1:2]
    core = share >= HALF
    mvo, infarct = median(heights, core), median(heights, (scar >= HALF) & ~core)
    # Not a number where one of them is not there; then nothing is too bright.
    too_bright = (infarct > 0) & (mvo > BRIGHTEST * infarct)
    factor = torch.where(too_bright, BRIGHTEST * infarct / mvo, 1.0)
    darker = (heights * (1 - share * (1 - factor)) - MIDDLE) / SPREAD
    return torch.where(too_bright, darker.to(pictures), pictures)


def median(heights: Tensor, where: Tensor) -> Tensor:
    """Of each window's pixels, (B, 1, 1, 1), without a gradient; not a number where there are none."""
    values = heights.detach().masked_fill(~where, torch.nan)
    return values.flatten(1).nanmedian(1).values[:, None, None, None]
