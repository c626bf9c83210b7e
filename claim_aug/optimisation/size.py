"""How large a network would be, before it takes the memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from claim_aug.data.artifacts import ArtifactKind

#: Size of a network, in bytes, up to which it does no harm to build it: what does not fit is named when it is read.
HARMLESS = 256_000_000


def check_room(path: Path, build: Callable[[], nn.Module], kind: ArtifactKind) -> None:
    """Refuse a huge network whose weights are not in its file: a config may claim anything.

    Args:
        path: file of the weights.
        build: function that builds the network; here it takes no memory.
        kind: kind of the file, for the error.

    Raises:
        InputError: a file that is missing, or far smaller than the network.
    """
    with kind.opened(path):
        size = path.stat().st_size
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build().parameters())
    if 4 * count > max(HARMLESS, 4 * size):
        raise kind.refusal(path, f"its config speaks of {count} weights, the file has {size} bytes")
