"""The network: MONAI's U-Net in two dimensions, from windows to classes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from claim_aug.optimisation.device import autocast
from claim_aug.optional import need
from claim_aug.segmentation.windows import CLASSES


@dataclass(frozen=True)
class UNetConfig:
    """The network in numbers; as it stands, 0.3 million weights.

    Attributes:
        channels: number of channels at each level, finest first; each level halves the side of the one before.
        units: number of residual units at each level.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    units: int = 2

    def build(self) -> nn.Module:
        """A fresh network, from windows (B, 1, rows, columns) to logits (B, classes, rows, columns).

        Raises:
            MissingDependencyError: MONAI, where it is not installed.
        """
        network: nn.Module = need("monai.networks.nets", "monai").UNet(
            spatial_dims=2,
            in_channels=1,
            out_channels=len(CLASSES),
            channels=self.channels,
            strides=(2,) * (len(self.channels) - 1),
            num_res_units=self.units,
            norm="BATCH",
            act="LEAKYRELU",
        )
        # Channels last: half the time on a processor.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def logits_of(network: nn.Module, windows: Tensor) -> Tensor:
    """Logits (B, classes, rows, columns), computed in 16 bits where that is faster."""
    with autocast(windows.device):
        found: Tensor = network(windows.contiguous(memory_format=torch.channels_last))
    return found.float()
