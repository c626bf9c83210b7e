"""DataLoader workers: a seed of its own for each, and no diffusion in any."""

from __future__ import annotations

import os
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from claim_aug.adapters.scan import HasGenerator, ScarSource
from claim_aug.errors import ClaimAugWarning, InputError, RepeatedScarsWarning


@runtime_checkable
class MainProcessOnly(Protocol):
    """A generator that is too slow for the worker of a data loader, or fails there.

    Attributes:
        main_process_only: whether the generator may run in the main process alone.
    """

    main_process_only: bool


@runtime_checkable
class RunsOnDevice(Protocol):
    """A generator that says where it runs; one that does not is taken to run on the CPU.

    Attributes:
        device: device of the generator, such as ``"cpu"`` or ``"cuda"``.
    """

    device: str


def seed_worker(worker_id: int = 0) -> None:
    """Seed a worker of PyTorch's ``DataLoader``: ``DataLoader(..., worker_init_fn=claim_aug.seed_worker)``.

    PyTorch seeds only itself in a worker. NumPy, and transforms with a random state of their own (MONAI,
    albumentations), are copied into every worker as they are, and all workers make the same samples. This seeds them
    from PyTorch's seed, which is another one for each worker and epoch.

    Args:
        worker_id: number that the ``DataLoader`` gives; not used, as PyTorch's seed already differs.

    Example:
        >>> import torch
        >>> from claim_aug import seed_worker
        >>> loader = torch.utils.data.DataLoader([0, 1, 2], num_workers=0, worker_init_fn=seed_worker)
        >>> len(list(loader))
        3
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
        reseed = transform.set_random_seed if hasattr(transform, "set_random_seed") else transform.set_random_state
        reseed(seed=own)


def seedable(held: Any, depth: int = 4) -> Iterator[Any]:
    """What has a random state of its own, in a data set, in the data sets that it wraps, and in their lists."""
    if hasattr(held, "set_random_seed") or hasattr(held, "set_random_state"):
        yield held
    elif depth:
        inside = held if isinstance(held, (list, tuple)) else getattr(held, "__dict__", {}).values()
        for value in inside:
            yield from seedable(value, depth - 1)


class SeededInProcess:
    """A transform with a random state of its own, which knows in which process it was last seeded.

    A worker gets a copy of it. Unless the copy is seeded anew there, all workers draw the same.
    """

    _process: int | None = None

    def seeded(self) -> None:
        """Remember that the random state was seeded here."""
        self._process = os.getpid()

    def warn_of_repeats(self) -> None:
        """Warn, once in each worker, of several workers that nobody seeded apart."""
        torch: Any = sys.modules.get("torch")
        worker = None if torch is None else torch.utils.data.get_worker_info()
        if worker is None or worker.num_workers < 2 or self._process == os.getpid():
            return
        self.seeded()
        warnings.warn(
            f"the {worker.num_workers} workers of this DataLoader all make the same scars, as nothing seeded them "
            "apart: DataLoader(..., worker_init_fn=claim_aug.seed_worker)",
            RepeatedScarsWarning,
            stacklevel=3,
        )


def refuse_in_worker(source: ScarSource) -> None:
    """Keep diffusion out of workers, where it fails (CUDA) or starves the training (CPU).

    Args:
        source: source of scars; one with a generator says by ``MainProcessOnly`` where that generator belongs.

    Raises:
        InputError: a generator for the main process alone is on a GPU.
    """
    torch: Any = sys.modules.get("torch")
    worker = None if torch is None else torch.utils.data.get_worker_info()
    if worker is None or not isinstance(source, HasGenerator):
        return
    generator = source.backends[1]
    if not isinstance(generator, MainProcessOnly) or not generator.main_process_only:
        return
    where = str(generator.device) if isinstance(generator, RunsOnDevice) else "cpu"
    msg = (
        f"generator {type(generator).__name__} on {where} runs in DataLoader worker {worker.id}: use num_workers=0, "
        "or make scars beforehand with claim-aug pool build and give pool=, or call augment_batch on the batch in the "
        "main process"
    )
    if not where.startswith("cpu"):
        raise InputError(msg)
    warnings.warn(f"this will be slow: {msg}", ClaimAugWarning, stacklevel=3)
