"""How many workers the memory has room for."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

#: Memory of a worker whose generator is a network, and of any other one, bytes. Measured on phantoms of usual size as
#: 0.52 and 0.12 GB by ``benchmarks/throughput.py``; half as much again for larger scans.
NETWORK, PLAIN = 800_000_000, 250_000_000
#: Where Linux says how much a group of processes may use, and uses; ``max`` is no limit.
GROUP = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current")


def free_memory() -> int | None:
    """Memory that is free for new processes, bytes; ``None`` where the system does not say."""
    found = []
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found.append(1024 * int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]))
    with suppress(OSError, ValueError):
        limit, used = (int(Path(path).read_text()) for path in GROUP)
        found.append(limit - used)
    return min(found, default=None)


def fitting_workers(asked: int, needed: int) -> int:
    """The number of workers that fit into the free memory, at least one and at most as many as were asked for.

    Args:
        asked: number of workers that was asked for.
        needed: memory of one worker, bytes.
    """
    free = free_memory()
    return asked if free is None else max(1, min(asked, free // needed))
