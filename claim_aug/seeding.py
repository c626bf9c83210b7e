"""``seed_worker``: a seed of its own for every DataLoader worker."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any


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
        # MONAI and albumentations both have ``set_random_state``; in albumentations it takes no seed.
        (getattr(transform, "set_random_seed", None) or transform.set_random_state)(seed=own)


def seedable(dataset: Any) -> Iterator[Any]:
    """What a data set, and the data sets that it wraps, hold that has a random state of its own."""
    for value in vars(dataset).values() if hasattr(dataset, "__dict__") else ():
        if hasattr(value, "set_random_seed") or hasattr(value, "set_random_state"):
            yield value
        elif hasattr(value, "__getitem__") and hasattr(value, "__dict__"):
            yield from seedable(value)
        elif isinstance(value, (list, tuple)) and value and hasattr(value[0], "__dict__"):
            for item in value:
                yield from seedable(item)
