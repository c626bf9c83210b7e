"""How large a scan can be: what a file claims is compared with it before anything is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from claim_aug.errors import InputError

#: No cardiac scan has more: 512 x 512 x 256.
MOST_VOXELS = 2**26


def check_size(path: Path, shape: Sequence[int], itemsize: int = 1) -> int:
    """Refuse a file that claims more voxels than any scan has.

    Args:
        path: path of the file.
        shape: number of voxels along each axis.
        itemsize: size of a voxel, bytes.

    Returns:
        Size of all voxels, bytes.

    Raises:
        InputError: more than ``MOST_VOXELS`` voxels.
    """
    count = math.prod(int(size) for size in shape)
    if count > MOST_VOXELS:
        size = " x ".join(map(str, shape))
        msg = f"{path} says that it holds {size} voxels; no cardiac scan is that large. Is it damaged? If not, crop it"
        raise InputError(msg)
    return count * itemsize
