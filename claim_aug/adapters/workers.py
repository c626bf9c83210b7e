"""DataLoader workers: a seed of its own for each, and no diffusion in any."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from claim_aug.adapters.scan import ScarSource
from claim_aug.errors import ClaimAugWarning, InputError


def seed_worker(worker_id: int = 0) -> None:
    """Seed a worker of PyTorch's ``DataLoader``: ``DataLoader(..., worker_init_fn=claim_aug.seed_worker)``.

    PyTorch seeds only itself in a worker. NumPy, and transforms with a random state of their own (MONAI,
    albumentations), are copied into every worker as they are, and all workers make the same samples. This seeds them
    from PyTorch's seed, which is another one for each worker and epoch.

    Args:
        worker_id: given by the ``DataLoader``; not used, as PyTorch's seed already differs.
    """
    import numpy as np
    import torch

    seed = torch.initial_seed() % 2**32
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  the global state is what this is about
    info = torch.utils.data.get_worker_info()
    for number, transform in enumerate(seedable(info.dataset if info else None)):
        own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
        # Both MONAI and albumentations have ``set_random_state``; that of albumentations takes no seed.
        (getattr(transform, "set_random_seed", None) or transform.set_random_state)(seed=own)


def seedable(held: Any, depth: int = 4) -> Iterator[Any]:
    """What has a random state of its own, in a data set, in the data sets that it wraps, and in their lists."""
    if hasattr(held, "set_random_seed") or hasattr(held, "set_random_state"):
        yield held
    elif depth:
        inside = held if isinstance(held, (list, tuple)) else getattr(held, "__dict__", {}).values()
        for value in inside:
            yield from seedable(value, depth - 1)


def refuse_in_worker(source: ScarSource) -> None:
    """Keep diffusion out of workers, where it fails (CUDA) or starves the training (CPU).

    A generator says that it is diffusion by an attribute ``main_process_only``, and where it runs by ``device``.

    Raises:
        InputError: a main_process_only generator is on a GPU.
    """
    torch: Any = sys.modules.get("torch")
    worker = None if torch is None else torch.utils.data.get_worker_info()
    generator = None if worker is None else getattr(source, "backends", (None, None))[1]
    if worker is None or not getattr(generator, "main_process_only", False):
        return
    where = str(getattr(generator, "device", "cpu"))
    msg = (
        f"generator {type(generator).__name__} on {where} runs in DataLoader worker {worker.id}: use num_workers=0, "
        "or make scars beforehand with claim-aug pool build and give pool=, or call augment_batch on the batch in the "
        "main process"
    )
    if not where.startswith("cpu"):
        raise InputError(msg)
    warnings.warn(f"this will be slow: {msg}", ClaimAugWarning, stacklevel=3)
