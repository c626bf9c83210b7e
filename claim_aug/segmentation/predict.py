"""What a segmenter finds: shares of the classes in windows, and scar in the voxels of a scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.segmentation.unet import logits_of
from claim_aug.segmentation.windows import CLASSES, INFARCT, class_map, cut_windows, on_region

#: How a window is shown, as quarter turns and whether it is mirrored; the mean of what is found counts.
VIEWS = tuple((turns, mirrored) for mirrored in (False, True) for turns in range(4))
#: Windows that go through the network together.
BATCH = 64


@torch.no_grad()
def class_shares(
    network: nn.Module, images: NDArray[np.float32], views: Sequence[tuple[int, bool]] = VIEWS
) -> NDArray[np.float32]:
    """Share of each class in each pixel, (windows, classes, side, side), the mean over views.

    Args:
        network: segmenter from windows to logits; it is left in the mode that it was in.
        images: windows as ``cut_windows`` gives them, (windows, 1, side, side).
        views: number of quarter turns and whether the window is mirrored, for each time that it is shown.
    """
    device, mode = next(network.parameters()).device, network.training
    found: list[Tensor] = []
    network.eval()
    for chunk in torch.from_numpy(images).to(device).split(BATCH):
        found.append(torch.stack([_seen(network, chunk, *view) for view in views]).mean(0))
    network.train(mode)
    return torch.cat(found).cpu().numpy()


def _seen(network: nn.Module, windows: Tensor, turns: int, mirrored: bool) -> Tensor:
    """Shares of the classes in windows that are turned and mirrored for it, and back."""
    axes = (-1,) if mirrored else ()
    shown = windows.rot90(turns, (-2, -1)).flip(axes)
    return logits_of(network, shown).softmax(1).flip(axes).rot90(-turns, (-2, -1))


def most_likely(shares: NDArray[np.floating[Any]], caution: float = 1.0) -> NDArray[np.intp]:
    """The class with the largest share, classes along the second axis.

    Args:
        caution: factor of the shares of infarct and MVO before the largest share wins; below 1, scar is found only
            where the network is surer of it.
    """
    factors = np.where(np.arange(len(CLASSES)) >= INFARCT, caution, 1).reshape(-1, *[1] * (shares.ndim - 2))
    return np.argmax(factors * shares, 1)


def find_scar(network: nn.Module, image: NDArray[np.floating[Any]], anatomy: LVAnatomy, caution: float = 1.0) -> Mask:
    """Scar in the region of a ventricle, (I, J, K), specks included.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        caution: factor of the shares of infarct and MVO, as in ``most_likely``.
    """
    windows = cut_windows(image, class_map(anatomy), anatomy)
    found = most_likely(on_region(class_shares(network, windows.images), anatomy), caution) >= INFARCT
    return np.moveaxis(found, 0, anatomy.orientation.through_plane)
