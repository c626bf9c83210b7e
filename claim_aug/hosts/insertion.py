"""The one step that every form of every host takes: a seed and a subject in, the subject with a scar out."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

from claim_aug.errors import AnatomyError, ClaimAugWarning, EmptyScarError, InputError
from claim_aug.hosts.scan import Scan, Source, Written

#: Seeds lie below this: what every host's generator can draw.
SEEDS = 2**31 - 1


def insert(
    source: Source, images: Sequence[Any], labels: Any, *, affine: Any = None, seed: int | None, unusable: str = "raise"
) -> Written:
    """Put a scar into one subject.

    Args:
        images, labels, affine: as in ``Scan.of``.
        seed: of the sample; ``None`` leaves the subject as it is.
        unusable: what happens to a subject that can hold no scar, such as a slice above the base: ``"raise"``, or
            ``"keep"`` it as it is.

    Raises:
        ClaimAugError: an input that cannot be used; a heavy generator in a worker.
    """
    scan = Scan.of(images, labels, affine)
    if seed is None:
        return scan.written(None)
    refuse_heavy_in_worker(source)
    try:
        return scan.written(source.sample(**scan.arguments, seed=seed))
    except (AnatomyError, EmptyScarError):
        if unusable == "raise":
            raise
        return scan.written(None)


def refuse_heavy_in_worker(source: Source) -> None:
    """Keep diffusion out of DataLoader workers, where it fails (CUDA) or starves the training (CPU).

    Raises:
        InputError: the generator is on a GPU.
    """
    torch: Any = sys.modules.get("torch")
    worker = torch.utils.data.get_worker_info() if torch is not None else None
    generator = None if worker is None else getattr(source, "_backends", (None, None))[1]
    if worker is None or not getattr(generator, "heavy", False):
        return
    where = str(getattr(generator, "device", "cpu"))
    msg = (
        f"generator {type(generator).__name__} on {where} runs in DataLoader worker {worker.id}; use num_workers=0, "
        "make scars beforehand (claim-aug pool build) and say pool=, or call augment_batch on the batch in the main "
        "process"
    )
    if not where.startswith("cpu"):
        raise InputError(msg)
    warnings.warn(f"slow: {msg}", ClaimAugWarning, stacklevel=3)
