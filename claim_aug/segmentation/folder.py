"""A segmenter as a folder: ``weights.safetensors`` and ``config.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from claim_aug.data.artifacts import ArtifactKind
from claim_aug.errors import unreadable
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import CLASSES, SIDE, SPACING

WEIGHTS, CONFIG = "weights.safetensors", "config.json"
KIND = ArtifactKind("claim-aug segmenter", (2,), "weights of a segmenter", "train it anew")


def write_segmenter(network: nn.Module, config: UNetConfig, folder: Path, about: Mapping[str, Any]) -> None:
    """Write weights and config into a folder that exists; ``about`` is what else the config says."""
    weights = {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
    window = {"spacing": SPACING, "side": SIDE}
    record = {"format": KIND.format, "version": KIND.versions[-1], "unet": asdict(config), "classes": CLASSES, **about}
    (folder / WEIGHTS).write_bytes(KIND.pack(weights, {}))
    (folder / CONFIG).write_text(json.dumps(record | {"window": window}, indent=2) + "\n", encoding="utf-8")


def read_segmenter(folder: str | Path) -> nn.Module:
    """The network of a folder, ready to segment windows as ``cut_windows`` gives them.

    Raises:
        InputError: no such folder, or files of something else.
    """
    path = Path(folder)
    try:
        record = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        if (record["format"], record["version"]) != (KIND.format, KIND.versions[-1]):
            raise KeyError("format")
        network = UNetConfig(tuple(record["unet"]["channels"]), record["unet"]["units"]).build()
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no folder of a segmenter of this release, or it is damaged; {KIND.advice}"
        raise unreadable(msg, error) from error
    layout = {name: ("iuf", tuple(value.shape)) for name, value in network.state_dict().items()}
    _, arrays = KIND.read(path / WEIGHTS, layout)
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return network.eval()
