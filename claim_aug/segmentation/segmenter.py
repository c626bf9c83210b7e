"""A segmenter as a value: its network, and how sure it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from claim_aug.anatomy import LVAnatomy
from claim_aug.segmentation.predict import class_shares
from claim_aug.segmentation.specks import SMALLEST
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import class_map, cut_windows, on_region


@dataclass(frozen=True)
class Segmenter:
    """A network from windows to classes.

    Attributes:
        network: network from windows (B, 1, side, side) to logits (B, classes, side, side).
        config: size of the network.
        caution: factor of the shares of infarct and MVO before the largest share wins; below 1, scar is found only
            where the network is surer of it.
        wall_caution: factor of the shares of infarct and MVO where scar is looked for within a labelled wall.
        smallest: size of the smallest piece of scar that counts, %LV.
        about: facts that the segmenter's folder keeps, such as the number of patients that it learnt from.
    """

    network: nn.Module
    config: UNetConfig = field(default_factory=UNetConfig)
    caution: float = 1.0
    wall_caution: float = 1.0
    smallest: float = SMALLEST
    about: Mapping[str, Any] = field(default_factory=dict)

    def shares(self, image: NDArray[np.floating[Any]], anatomy: LVAnatomy) -> NDArray[np.float32]:
        """Share of each class in the region of a labelled ventricle, (slices, classes, rows, columns).

        Args:
            image: intensities of the anatomy's region, (I, J, K), any units.
            anatomy: ventricle that the windows lie around.
        """
        windows = cut_windows(image, class_map(anatomy), anatomy)
        return on_region(class_shares(self.network, windows.images), anatomy)
