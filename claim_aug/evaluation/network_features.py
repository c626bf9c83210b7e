"""What a network that was trained on LGE scans sees in a scar. Imports PyTorch when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.remote import Image

Features = NDArray[np.float32]
#: From the image of a region and its ventricle to features of each slice with scar, (slices, features).
FeatureNetwork = Callable[[Image, LVAnatomy], Features]


def wall_segmenter(segmenter: Any) -> Callable[[Image, LVAnatomy], Mask]:
    """A ``Segmenter`` of this package as what ``adherence`` takes: scar within the labelled wall.

    Args:
        segmenter: ``segmentation.Segmenter``, such as the start that comes with the package.
    """
    from claim_aug.segmentation.predict import VIEWS, class_shares
    from claim_aug.segmentation.scan import scar_in_wall
    from claim_aug.segmentation.windows import INFARCT, class_map, cut_windows, on_region

    def find(image: Image, anatomy: LVAnatomy) -> Mask:
        windows = cut_windows(image, class_map(anatomy), anatomy)
        found = class_shares(segmenter.network, windows.images, VIEWS[::5])  # two views do for a Dice over many slices
        shares = np.moveaxis(on_region(found, anatomy), 0, anatomy.orientation.through_plane + 1)
        return scar_in_wall(shares, anatomy.wall, segmenter.wall_caution) >= INFARCT

    return find


def scar_features(network: Any) -> FeatureNetwork:
    """The network's features at half resolution, averaged over the scar of each slice.

    They are what its first encoder and its last decoder hand on: texture, and what it takes the place for.

    Args:
        network: U-Net of MONAI, from windows (B, 1, side, side) to logits.
    """
    import torch
    from torch.nn.functional import adaptive_avg_pool2d

    from claim_aug.segmentation.windows import INFARCT, class_map, cut_windows

    def features(image: Image, anatomy: LVAnatomy) -> Features:
        windows = cut_windows(image, class_map(anatomy), anatomy)
        kept = windows.select(windows.scarred)
        activations: list[torch.Tensor] = []
        hook = network.model[1].register_forward_hook(lambda _, __, found: activations.append(found.float()))
        try:
            with torch.no_grad():
                network(torch.from_numpy(kept.images))
        finally:
            hook.remove()
        scar = torch.from_numpy((kept.classes >= INFARCT).astype(np.float32))[:, None]
        weights = adaptive_avg_pool2d(scar, (activations[0].shape[-2], activations[0].shape[-1]))
        return np.asarray(((activations[0] * weights).sum((2, 3)) / weights.sum((2, 3))).numpy())

    return features
