"""Who does the work on a data set: options, and the executor that they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError
from claim_aug.optional import need

if TYPE_CHECKING:
    from claim_aug.jobs.runs.work import Executor


@dataclass(frozen=True)
class Workers:
    """Who does the work."""

    workers: Annotated[int, opt.dataset("N", "How many processes, or actors of a cluster, work.", min=1)] = 1
    threads: Annotated[int, opt.dataset("N", "Threads of each worker.", min=1)] = 1
    executor: Annotated[
        str | None, opt.dataset("serial|processes|ray", "Who has the work done; processes from two workers on.")
    ] = None
    address: Annotated[str | None, opt.dataset("ADDRESS", "Ray cluster: auto, or its address.")] = None
    gpus_per_worker: Annotated[float, opt.dataset("NUMBER", "GPUs of each Ray worker; 0.25 shares one.", min=0)] = 0.0


def executor_of(asked: Workers, generator: str, *, quiet: bool) -> Executor:
    """The executor that was asked for, with no more workers than the memory has room for.

    Args:
        asked: options of the command.
        generator: name of the generator, as a network needs more memory.
        quiet: whether nothing is said of fewer workers.

    Raises:
        InputError: an unknown executor.
    """
    from claim_aug.jobs.runs.processes import Processes
    from claim_aug.jobs.runs.ray import RayCluster
    from claim_aug.jobs.runs.room import NETWORK, PLAIN, fitting_workers
    from claim_aug.jobs.runs.serial import Serial

    name = asked.executor or ("processes" if asked.workers > 1 else "serial")
    if name == "serial":
        return Serial()
    if name == "ray":
        need("ray", "ray")  # before anything is written
        return RayCluster(asked.workers, asked.address, asked.gpus_per_worker, asked.threads)
    if name == "processes":
        network = generator.partition(":")[0] in ("ddpm", "latent")
        workers = fitting_workers(asked.workers, NETWORK if network else PLAIN)
        if workers < asked.workers and not quiet:
            console.print_line(f"note: {workers} of {asked.workers} workers fit into the free memory")
        return Processes(workers, asked.threads)
    msg = f"--executor needs to be serial, processes or ray, got {name!r}"
    raise InputError(msg)
