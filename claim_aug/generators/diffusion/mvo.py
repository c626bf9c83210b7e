"""MVO darker than the infarct around it: contrast agent hardly reaches it."""

from __future__ import annotations

import torch
from torch import Tensor

from claim_aug.generators.diffusion.window import HALF, MIDDLE, SPREAD

#: Brightness of MVO over that of its slice's infarct: 90th percentile of 93 EMIDEC slices, of which 1 % reach 1.
BRIGHTEST = 0.84
#: Pixels that scar fills so far show what voxels of the infarct's rim will.
PARTLY = 0.2


def darken_mvo(windows: Tensor, masks: Tensor) -> Tensor:
    """Windows whose MVO is no brighter than patients' is; all others stay as they are, bit for bit.

    A network is shown where MVO is, and all the same paints it as bright as infarct now and then.

    Args:
        windows: painted windows in the network's units, (B, 1, size, size).
        masks: masks of the windows, (B, ``MASKS``, size, size), 0-1.
    """
    intensity = MIDDLE + SPREAD * windows.float()
    scar, share = masks[:, :1], masks[:, 1:2]
    mvo_region = share >= HALF
    # A scan's voxels of infarct are partly rim, which a thin infarct is all over.
    mvo, infarct = (median(intensity, where) for where in (mvo_region, (scar >= PARTLY) & ~mvo_region))
    # Not a number where one of them is not there; then nothing is too bright.
    too_bright = (infarct > 0) & (mvo > BRIGHTEST * infarct)
    # Pixels at the rim are MVO in part only, and of thin MVO all are: what they keep, the others make up for.
    lost = torch.where(too_bright, 1 - BRIGHTEST * infarct / mvo, 0.0) / median(share, mvo_region).nan_to_num(1.0)
    darker = (intensity * (1 - share * lost).clamp_min(0) - MIDDLE) / SPREAD
    return torch.where(too_bright, darker.to(windows), windows)


def median(intensity: Tensor, where: Tensor) -> Tensor:
    """Median of each window's masked pixels, (B, 1, 1, 1), without a gradient; not a number where there are none."""
    values = intensity.detach().masked_fill(~where, torch.nan)
    return values.flatten(1).nanmedian(1).values[:, None, None, None]
