"""One loop for everything that is trained: steps, an average of the weights, checkpoints, a log."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from claim_aug.errors import InputError, OutputError
from claim_aug.generators.diffusion.device import autocast
from claim_aug.training.state import load_state, save_state

if TYPE_CHECKING:
    from accelerate import Accelerator

#: Of the log: the loss is a mean since the line before.
COLUMNS = ("step", "loss", "validation", "rate")


@dataclass(frozen=True)
class Plan:
    """How long and how fast.

    Attributes:
        steps: batches in all.
        batch: slices in a batch.
        rate: highest learning rate; it rises over ``warm`` steps and falls as a cosine.
        decay: of the moving average of the weights.
        every: steps between two checkpoints, and two lines of the log.
        seed: of everything.
    """

    steps: int
    batch: int = 16
    rate: float = 1e-3
    warm: int = 100
    decay: float = 0.998
    every: int = 100
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Learning rate of a step."""
        rising = min(1.0, (step + 1) / min(self.warm, max(self.steps // 10, 1)))
        return self.rate * rising * 0.5 * (1 + math.cos(math.pi * step / self.steps))


@dataclass(frozen=True)
class Progress:
    """Where a training is: its stage, steps done and to do, and the loss, a mean over the last steps."""

    stage: str
    step: int
    steps: int
    loss: float


Report = Callable[[Progress], None]


def fit(
    module: nn.Module,
    batches: Callable[[int], tuple[Tensor, ...]],
    check: Callable[[nn.Module], float | None],
    plan: Plan,
    accelerator: Accelerator,
    *,
    stage: str,
    folder: Path,
    about: Mapping[str, Any],
    report: Report,
    show: Callable[[nn.Module, int], None] = lambda module, step: None,
) -> nn.Module:
    """Train a module whose ``forward`` is its loss, from the last checkpoint on if there is one.

    Args:
        batches: from a step to this process's arguments of ``forward``.
        check: validation loss of a module.
        folder: for checkpoints and the log.
        about: what a checkpoint needs to agree in to be gone on from.
        show: called at every checkpoint with the averaged module.

    Returns:
        The module with averaged weights.

    Raises:
        InputError: the loss is not finite, memory runs out, or the checkpoint is of another training.
        OutputError: a checkpoint cannot be written.
    """
    run = json.loads(json.dumps({**about, **asdict(plan)}))  # as a checkpoint gives it back
    path, log = folder / f"{stage}.safetensors", folder / f"{stage}.csv"
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(plan.decay)).to(accelerator.device)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=plan.rate, weight_decay=1e-4)
    module.to(accelerator.device)
    done = load_state(path, module, average, optimiser, run)
    rows = read_log(log, done) if done else []
    parallel, optimiser = accelerator.prepare(module, optimiser)
    recent: list[float] = []
    for step in range(done, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate_at(step)
        torch.manual_seed(dropout_seed(plan.seed, step, accelerator.process_index))
        recent.append(take_step(parallel, optimiser, batches(step), accelerator, step, plan))
        average.update_parameters(module)
        report(Progress(stage, step + 1, plan.steps, sum(recent[-50:]) / len(recent[-50:])))
        if (step + 1) % plan.every == 0 or step + 1 == plan.steps:
            if accelerator.is_main_process:
                average.eval()
                rows.append((step + 1, sum(recent) / len(recent), check(average.module), plan.rate_at(step)))
                with writing_to(folder):
                    show(average.module, step + 1)
                    write_log(log, rows)
                save_state(path, step + 1, module, average, bare(optimiser), run)
            recent.clear()
            accelerator.wait_for_everyone()
    return average.module.eval()


def take_step(
    module: nn.Module,
    optimiser: torch.optim.Optimizer,
    batch: tuple[Tensor, ...],
    accelerator: Accelerator,
    step: int,
    plan: Plan,
) -> float:
    """One step; returns the loss."""
    try:
        with autocast(accelerator.device):
            loss = module(*(part.to(accelerator.device) for part in batch))
        value = float(accelerator.reduce(loss.detach(), "mean"))  # of all processes: they stop together, too
        if not math.isfinite(value):
            msg = (
                f"the loss is {value} at step {step + 1}: lower --rate (now {plan.rate:g}), or look for odd intensities"
            )
            raise InputError(msg)
        optimiser.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
    except RuntimeError as error:
        if isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error):
            msg = f"memory ran out at step {step + 1}: lower --batch (now {plan.batch})"
            raise InputError(msg) from error
        raise
    return value


def dropout_seed(seed: int, step: int, process: int) -> int:
    """What a step drops out is its own, so that a run that was cut off goes on with the same."""
    return int(np.random.SeedSequence((seed, 3, step, process)).generate_state(1)[0])


def bare(optimiser: Any) -> torch.optim.Optimizer:
    """The optimiser inside of accelerate's."""
    return getattr(optimiser, "optimizer", optimiser)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """A log or a picture that cannot be written ends a training with an error of ours."""
    try:
        yield
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}; the checkpoint before it is as it was"
        raise OutputError(msg) from error


def read_log(path: Path, step: int) -> list[tuple[Any, ...]]:
    """The log's lines up to a step."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [tuple(row.values()) for row in csv.DictReader(file) if int(row["step"]) <= step]


def write_log(path: Path, rows: list[tuple[Any, ...]], columns: tuple[str, ...] = COLUMNS) -> None:
    """A line for each row; the first column is the step."""
    temporary = path.with_suffix(".writing")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    temporary.replace(path)
