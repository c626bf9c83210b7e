"""Jobs on a Ray cluster, which only schedules: workers write files, and rows alone come back."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.processes import DEATHS, THREADS
from claim_aug.jobs.runs.work import Outcome, Work, batches
from claim_aug.optional import need


class RayWorker:
    """What runs on a node of the cluster.

    Args:
        work: work on the jobs.
    """

    def __init__(self, work: Work) -> None:
        self.work = work

    def make(self, jobs: Sequence[Job]) -> list[Outcome]:
        """What became of jobs."""
        return list(self.work.make(jobs))

    def process(self) -> int:
        """Number of the worker's process."""
        return os.getpid()


@dataclass(frozen=True)
class RayCluster:
    """Does jobs in actors of a Ray cluster that share a file system.

    Attributes:
        workers: number of actors.
        address: address of the cluster, ``"auto"`` for the one of this computer; ``None`` starts one here.
        gpus_per_worker: GPUs of each actor; several may share one, 0.25 each.
        threads: CPU cores of each actor, and threads that it computes with.
    """

    workers: int
    address: str | None = None
    gpus_per_worker: float = 0.0
    threads: int = 1

    def run(self, work: Work, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Iterator[Outcome]:
        """What became of the jobs, as it comes back."""
        ray = need("ray", "ray")
        with connected(ray, self.address):
            variables = dict.fromkeys(THREADS, str(self.threads)) | inherited()
            options = {"num_cpus": self.threads, "num_gpus": self.gpus_per_worker}
            kind = ray.remote(RayWorker).options(**options, runtime_env={"env_vars": variables})
            shared = ray.put(work)
            size = max(1, min(work.together, len(jobs) // (2 * self.workers)))
            waiting = deque(list(batch) for batch in batches(jobs, size))
            idle = [kind.remote(shared) for _ in range(min(self.workers, len(waiting)))]
            in_hand: dict[Any, tuple[Any, list[Job]]] = {}
            deaths: Counter[str] = Counter()
            while True:
                while idle and waiting and not stopped():
                    actor, batch = idle.pop(), waiting.popleft()
                    in_hand[actor.make.remote(batch)] = actor, batch
                if not in_hand:
                    return
                for done in ray.wait(list(in_hand), timeout=1.0)[0]:
                    actor, batch = in_hand.pop(done)
                    try:
                        outcomes = ray.get(done)
                    except ray.exceptions.RayError as error:
                        idle.append(kind.remote(shared))
                        yield from given_again(batch, waiting, deaths, error)
                    else:
                        idle.append(actor)
                        yield from outcomes
                        if any(outcome.ends_the_run for outcome in outcomes):
                            return


def given_again(
    jobs: Sequence[Job], waiting: deque[list[Job]], deaths: Counter[str], error: Exception
) -> Iterator[Outcome]:
    """Queue the jobs of a worker that died, one by one; whatever has killed several is given up."""
    for job in jobs:
        deaths[job.id] += 1
        if deaths[job.id] < DEATHS:
            waiting.append([job])
        else:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            yield Outcome(job, error=f"its worker died {DEATHS} times ({reason}); is memory enough?")


def inherited() -> dict[str, str]:
    """Settings of this package in the environment, which workers need as well."""
    return {name: value for name, value in os.environ.items() if name.startswith("CLAIM_AUG_")}


@contextmanager
def connected(ray: Any, address: str | None) -> Iterator[None]:
    """A connection to a cluster, which ends with the block where it began with it; signals stay ours."""
    if ray.is_initialized():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    ray.init(address=address, log_to_driver=False, include_dashboard=False if address is None else None)
    try:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        yield
    finally:
        ray.shutdown()
