"""The network: MONAI's U-Net in two dimensions, from windows to classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
        units: number of residual units at each level; with deep supervision there is one.
        deep_supervision: whether coarser levels learn to find the classes by themselves, too (Lee et al.,
            arXiv:1409.5185). In training, the logits then have an axis of levels after that of the batch.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    units: int = 2
    deep_supervision: bool = False

    def build(self) -> nn.Module:
        """A fresh network, from windows (B, 1, rows, columns) to logits (B, classes, rows, columns).

        Raises:
            MissingDependencyError: MONAI, where it is not installed.
        """
        nets = need("monai.networks.nets", "monai")
        network: nn.Module = self._deeply_supervised(nets) if self.deep_supervision else self._plain(nets)
        # Channels last: half the time on a processor.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def _plain(self, nets: Any) -> nn.Module:
        network: nn.Module = nets.UNet(
            spatial_dims=2,
            in_channels=1,
            out_channels=len(CLASSES),
            channels=self.channels,
            strides=(2,) * (len(self.channels) - 1),
            num_res_units=self.units,
            norm="BATCH",
            act="LEAKYRELU",
        )
        return network

    def _deeply_supervised(self, nets: Any) -> nn.Module:
        halvings = len(self.channels) - 1
        network: nn.Module = nets.DynUNet(
            spatial_dims=2,
            in_channels=1,
            out_channels=len(CLASSES),
            kernel_size=(3,) * (halvings + 1),
            strides=(1, *(2,) * halvings),
            upsample_kernel_size=(2,) * halvings,
            filters=self.channels,
            norm_name="BATCH",
            res_block=True,
            deep_supervision=True,
            deep_supr_num=max(halvings - 1, 1),
        )
        return network


def logits_of(network: nn.Module, windows: Tensor) -> Tensor:
    """Logits (B, classes, rows, columns), computed in 16 bits where that is faster.

    Those of a network in training with deep supervision are (B, levels, classes, rows, columns), finest first.
    """
    with autocast(windows.device):
        found: Tensor = network(windows.contiguous(memory_format=torch.channels_last))
    return found.float()
