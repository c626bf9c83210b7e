"""Jobs in processes of this computer: each reads the model once, and one that is killed is replaced."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any

from claim_aug.errors import InputError
from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.work import Outcome, Work, batches

#: How the libraries below are told their number of threads; they read it when they are loaded.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
#: Workers that may die of one job before it is given up.
DEATHS = 2


@dataclass
class Worker:
    """A process, and what it has in hand.

    Attributes:
        process: process of the worker.
        pipe: our end of the way to it.
        jobs: jobs that it has and of which nothing has come back, by their ids.
    """

    process: Any
    pipe: Connection
    jobs: dict[str, Job] = field(default_factory=dict)


@dataclass(frozen=True)
class Processes:
    """Does jobs in several processes.

    Attributes:
        workers: number of processes, from 1.
        threads: number of threads that each computes with, from 1.
    """

    workers: int
    threads: int = 1

    def __post_init__(self) -> None:
        if self.workers < 1 or self.threads < 1:
            msg = f"workers and threads need to be at least 1, got {self.workers} and {self.threads}"
            raise InputError(msg)

    def run(self, work: Work, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Iterator[Outcome]:
        """What became of the jobs, as it comes back."""
        # Near the end batches get smaller, so that no worker waits for another's last one.
        size = max(1, min(work.together, len(jobs) // (2 * self.workers)))
        waiting = deque(list(batch) for batch in batches(jobs, size))
        deaths: Counter[str] = Counter()
        workers = [self.start(work) for _ in range(min(self.workers, len(waiting)))]
        idle = False
        try:
            while True:
                for worker in workers:
                    if not worker.jobs and waiting and not stopped():
                        hand_over(worker, waiting.popleft())
                busy = [worker for worker in workers if worker.jobs]
                if not busy:
                    idle = True
                    return
                for worker in answered(busy):
                    try:
                        while worker.jobs and worker.pipe.poll():
                            outcome = worker.pipe.recv()
                            worker.jobs.pop(outcome.job.id)
                            yield outcome
                            if outcome.ends_the_run:
                                return
                    except (EOFError, OSError):
                        workers.remove(worker)
                        yield from self.bury(worker, waiting, deaths)
                        workers.append(self.start(work))
        finally:
            for worker in workers:
                worker.pipe.close()
            for worker in workers:
                if idle:
                    worker.process.join(timeout=10)
                worker.process.kill()
                worker.process.join()

    def start(self, work: Work) -> Worker:
        """A new process that waits for jobs."""
        context = get_context("spawn")  # a fork of a process with threads of PyTorch may hang
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, work), daemon=True)
        with environment(dict.fromkeys(THREADS, str(self.threads))):
            process.start()
        theirs.close()
        return Worker(process, ours)

    def bury(self, worker: Worker, waiting: deque[list[Job]], deaths: Counter[str]) -> Iterator[Outcome]:
        """Give a dead worker's jobs to others, one by one; whatever has killed several is given up."""
        worker.process.join(timeout=30)
        for job in worker.jobs.values():
            deaths[job.id] += 1
            if deaths[job.id] < DEATHS:
                waiting.append([job])
            else:
                code = worker.process.exitcode
                yield Outcome(job, error=f"its worker died {DEATHS} times (exit code {code}); is memory enough?")


def hand_over(worker: Worker, jobs: list[Job]) -> None:
    """Send jobs to a worker; one that is dead already is found so when it is listened to."""
    worker.jobs = {job.id: job for job in jobs}
    try:
        worker.pipe.send(jobs)
    except OSError:
        return


def answered(workers: Sequence[Worker]) -> list[Worker]:
    """Workers from which something can be read, the end of their process included; waits until there is one."""
    ready = connection.wait([worker.pipe for worker in workers], timeout=1.0)
    return [worker for worker in workers if worker.pipe in ready]


def serve(pipe: Connection, work: Work) -> None:
    """The life of a worker: jobs in, outcomes out, until nobody sends any more."""
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None:
            signal.signal(number, signal.SIG_IGN)  # the process that sends jobs decides when to stop
    threading.Thread(target=end_with_parent, daemon=True).start()
    warnings.simplefilter("ignore")  # what concerns a case is in its row
    while True:
        try:
            jobs = pipe.recv()
        except EOFError:
            return
        for outcome in work.make(jobs):
            try:
                pipe.send(outcome)
            except OSError:
                return


def end_with_parent() -> None:
    """End this process at once when its parent has been killed: nobody would write down what it makes."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Variables of the environment for the time of the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
