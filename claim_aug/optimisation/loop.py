"""One loop for everything that is trained: steps, an average of the weights, checkpoints, a log."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from claim_aug.errors import InputError
from claim_aug.optimisation.checkpoint import load_state, save_state
from claim_aug.optimisation.device import autocast
from claim_aug.optimisation.log import read_log, write_log, writing_to
from claim_aug.optimisation.plan import Plan, Progress, Report

if TYPE_CHECKING:
    from accelerate import Accelerator


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
        batches: function from a step to this process's arguments of ``forward``.
        check: function from a module to its validation loss; ``None`` where there is nothing to validate on.
        folder: folder for checkpoints and the log.
        about: facts that a checkpoint needs to agree in to be continued.
        show: function that is called at every checkpoint with the averaged module and the number of steps done.

    Returns:
        Module with averaged weights.

    Raises:
        InputError: a loss that is not finite, too little memory, or a checkpoint of another training.
        OutputError: a checkpoint that cannot be written.
    """
    run = json.loads(json.dumps({**about, **asdict(plan)}))  # as a checkpoint gives it back
    path, log = folder / f"{stage}.safetensors", folder / f"{stage}.csv"
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(plan.ema_decay)).to(accelerator.device)
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=plan.lr, weight_decay=1e-4)
    module.to(accelerator.device)
    done = load_state(path, module, average, optimiser, run)
    rows = read_log(log, done) if done else []
    parallel, optimiser = accelerator.prepare(module, optimiser)
    recent: list[float] = []
    for step in range(done, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.lr_at(step)
        torch.manual_seed(dropout_seed(plan.seed, step, accelerator.process_index))
        recent.append(take_step(parallel, optimiser, batches(step), accelerator, step, plan))
        average.update_parameters(module)
        report(Progress(stage, step + 1, plan.steps, sum(recent[-50:]) / len(recent[-50:])))
        if (step + 1) % plan.checkpoint_every == 0 or step + 1 == plan.steps:
            if accelerator.is_main_process:
                average.eval()
                rows.append((step + 1, sum(recent) / len(recent), check(average.module), plan.lr_at(step)))
                with writing_to(folder):
                    show(average.module, step + 1)
                    write_log(log, rows)
                save_state(path, step + 1, module, average, unwrap(optimiser), run)
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
            msg = f"the loss is {value} at step {step + 1}: lower --lr (now {plan.lr:g}), or look for odd intensities"
            raise InputError(msg)
        optimiser.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
    except RuntimeError as error:
        if isinstance(error, torch.cuda.OutOfMemoryError) or "allocate memory" in str(error):
            msg = f"memory ran out at step {step + 1}: lower --batch (now {plan.batch})"
            raise InputError(msg) from error
        raise
    return value


def dropout_seed(seed: int, step: int, process: int) -> int:
    """What a step drops out is its own, so that a run that was cut off goes on with the same."""
    return int(np.random.SeedSequence((seed, 3, step, process)).generate_state(1)[0])


def unwrap(optimiser: Any) -> torch.optim.Optimizer:
    """The optimiser inside of accelerate's."""
    return getattr(optimiser, "optimizer", optimiser)
