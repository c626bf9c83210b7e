"""The segmenter of the recipe: MONAI's U-Net, as weights in safetensors and a config that builds it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.optional import need

FORMAT, VERSION = "claim-aug segmenter", 1
WEIGHTS, CONFIG = "weights.safetensors", "config.json"
#: RV is background: most data sets do not label it. MVO counts as scar.
CLASSES = ("background", "cavity", "myocardium", "scar")


@dataclass(frozen=True)
class UNetConfig:
    """MONAI's ``UNet`` in numbers.

    Attributes:
        channels: of its levels, the finest first; each level halves the one before.
        units: residual units of a level.
    """

    channels: tuple[int, ...] = (16, 32, 64, 128)
    units: int = 2

    def build(self) -> nn.Module:
        """A fresh network, from images (B, 1, rows, columns) to logits of ``CLASSES``."""
        network: nn.Module = need("monai.networks.nets", "monai").UNet(
            spatial_dims=2,
            in_channels=1,
            out_channels=len(CLASSES),
            channels=self.channels,
            strides=(2,) * (len(self.channels) - 1),
            num_res_units=self.units,
        )
        return network


@dataclass(frozen=True)
class ToClasses:
    """From values of a label scheme to ``CLASSES``."""

    scheme: LabelScheme

    def __call__(self, labels: Tensor) -> Tensor:
        """Classes, int64, of a label map's shape."""
        s = self.scheme
        tissues = (s.cavity, s.myocardium, (*s.infarct, *s.mvo))
        result = torch.zeros_like(labels, dtype=torch.int64)
        for number, values in enumerate(tissues, start=1):
            result[torch.isin(labels, torch.tensor(values, device=labels.device))] = number
        return result


def write_segmenter(network: nn.Module, config: UNetConfig, folder: Path, about: Mapping[str, Any]) -> None:
    """Write weights and config into a folder that exists; ``about`` is what else the config says."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    record = {"format": FORMAT, "version": VERSION, "unet": asdict(config), "classes": CLASSES, **about}
    (folder / WEIGHTS).write_bytes(save(weights, {"format": FORMAT}))
    (folder / CONFIG).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_segmenter(folder: str | Path) -> nn.Module:
    """The network of a folder, ready to segment.

    It expects images (B, 1, rows, columns) of mean 0 and SD 1 around the ventricle, sides divisible by 2 a level.

    Raises:
        InputError: no such folder, or files of something else.
    """
    path = Path(folder)
    try:
        record = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        if (record["format"], record["version"]) != (FORMAT, VERSION):
            raise KeyError("format")
        config = UNetConfig(tuple(record["unet"]["channels"]), record["unet"]["units"])
        network = config.build()
        network.load_state_dict(load_file(path / WEIGHTS))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        msg = f"{path} is no folder of a segmenter of claim-aug joint-train, or it is damaged; train it anew"
        raise InputError(msg) from error
    return network.eval()
