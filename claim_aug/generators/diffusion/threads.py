"""Windows parted among the threads of a processor, so that how many there are does not matter.

A convolution or a sum that is itself parted among threads adds up in another order, and the last bits of its result
differ; twelve calls of a network make grey values of them. Here a thread computes whole windows, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Task = TypeVar("Task")
Result = TypeVar("Result")


def parted(compute: Callable[[Sequence[Task]], Result], tasks: Sequence[Task], device: torch.device) -> list[Result]:
    """Results of parts of the tasks, in order: one part for each of PyTorch's threads; all at once on other devices.

    Args:
        compute: function of some of the tasks.
        tasks: tasks, at least one.
        device: device that is computed on.
    """
    if device.type != "cpu":
        return [compute(tasks)]
    threads = torch.get_num_threads()
    parts = min(threads, len(tasks))
    ends = [len(tasks) * part // parts for part in range(parts + 1)]

    def alone(part: int) -> Result:
        torch.set_num_threads(1)
        return compute(tasks[ends[part] : ends[part + 1]])

    try:
        if parts == 1:
            return [alone(0)]
        with ThreadPoolExecutor(parts) as pool:
            return list(pool.map(alone, range(parts)))
    finally:
        torch.set_num_threads(threads)
