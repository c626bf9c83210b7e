"""A segmenter as a folder: ``weights.safetensors``, ``config.json``, and ``README.md``, its card."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from claim_aug.data.artifacts import ArtifactKind, read_once
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError, unreadable
from claim_aug.optimisation.size import check_room
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.specks import SMALLEST
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import CLASSES, SIDE, SPACING

WEIGHTS, CONFIG, CARD = "weights.safetensors", "config.json", "README.md"
#: No network of a segmenter has more levels, or more units at a level.
DEEPEST = 12
KIND = ArtifactKind("claim-aug segmenter", (2,), "weights of a segmenter", "train it anew")
#: The start that comes with the package: it learnt from phantoms alone.
SHIPPED = Path(__file__).parent / "weights"


def write_segmenter(segmenter: Segmenter, folder: Path, card: str, *, half: bool = False) -> None:
    """Write weights, config and card into a folder that exists; ``half`` stores weights in 16 bits."""
    weights = {name: value.detach().cpu().numpy() for name, value in segmenter.network.state_dict().items()}
    if half:
        weights = {name: array.astype(np.float16) if array.ndim > 1 else array for name, array in weights.items()}
    record = {
        "format": KIND.format,
        "version": KIND.versions[-1],
        "unet": vars(segmenter.config),
        "classes": CLASSES,
        "window": {"spacing": SPACING, "side": SIDE},
        "caution": segmenter.caution,
        "wall_caution": segmenter.wall_caution,
        "smallest": segmenter.smallest,
        "about": dict(segmenter.about),
    }
    (folder / WEIGHTS).write_bytes(KIND.pack(weights, {}))
    (folder / CONFIG).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")


@read_once(maxsize=4, files=lambda path: (path / CONFIG, path / WEIGHTS))
def read_segmenter(folder: str | Path, device: str = "cpu") -> Segmenter:
    """The segmenter of a folder, ready to segment: read once per process and device, again when its files change.

    Args:
        folder: folder that ``finetune``, ``joint-train`` or ``write_segmenter`` wrote.
        device: device of PyTorch that the network is moved to.

    Raises:
        InputError: a folder that does not exist, or files of something else.

    Example:
        >>> from claim_aug.segmentation import SHIPPED, read_segmenter
        >>> read_segmenter(SHIPPED).about["patients"]
        0
    """
    path = Path(folder)
    try:
        record = read_json(path / CONFIG)
        if (record["format"], record["version"]) != (KIND.format, KIND.versions[-1]):
            raise KeyError("format")
        config = UNetConfig(
            tuple(map(int, record["unet"]["channels"])),
            int(record["unet"]["units"]),
            bool(record["unet"].get("deep_supervision", False)),
        )
        if not 1 < len(config.channels) <= DEEPEST or not 0 <= config.units <= DEEPEST or min(config.channels) < 1:
            raise ValueError("unet")
        caution, wall_caution = (float(record.get(name, 1.0)) for name in ("caution", "wall_caution"))
        smallest, about = float(record.get("smallest", SMALLEST)), record.get("about", {})
        check_room(path / WEIGHTS, config.build, KIND)
        with torch.random.fork_rng(devices=[]):  # a fresh network draws weights that are replaced at once
            network = config.build()
    except InputError:
        raise  # says already what is wrong
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError) as error:
        msg = f"{path} is no folder of a segmenter of this release, or it is damaged; {KIND.advice}"
        raise unreadable(msg, error) from error
    layout = {name: ("iuf", tuple(value.shape)) for name, value in network.state_dict().items()}
    _, arrays = KIND.read(path / WEIGHTS, layout)
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return Segmenter(network.eval().requires_grad_(False).to(device), config, caution, wall_caution, smallest, about)


def load_start() -> nn.Module:
    """The network of the start that comes with the package, MONAI's U-Net, ready to be trained on.

    It takes windows (B, 1, 64, 64) of 1.5 mm around the ventricle, of mean 0 and SD 1, and gives logits of background,
    cavity, myocardium, infarct and MVO. It learnt from phantoms alone.

    Example:
        >>> import torch
        >>> from claim_aug.segmentation import load_start
        >>> load_start()(torch.zeros(2, 1, 64, 64)).shape
        torch.Size([2, 5, 64, 64])
    """
    start = read_segmenter(SHIPPED)
    network = start.config.build()
    network.load_state_dict(start.network.state_dict())
    return network.train()
