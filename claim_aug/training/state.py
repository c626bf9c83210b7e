"""The state of a training, in one safetensors file that is replaced whole: kill -9 leaves the old one or the new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn
from torch.optim import Optimizer

from claim_aug.errors import InputError, OutputError

MOMENTS = ("exp_avg", "exp_avg_sq")


def save_state(
    path: Path,
    step: int,
    module: nn.Module,
    average: nn.Module,
    optimiser: Optimizer,
    run: Mapping[str, Any],
) -> None:
    """Weights, their average and the optimiser's moments after ``step`` steps of the run.

    Raises:
        OutputError: the disk is full or cannot be written.
    """
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
    for number, parameter in enumerate(parameters_of(optimiser)):
        state = optimiser.state.get(parameter, {})
        tensors |= {f"optimiser.{number}.{moment}": state[moment] for moment in MOMENTS if moment in state}
    whole = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    packed = save(whole, {"run": json.dumps({"step": step, **run})})
    temporary = path.with_suffix(".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(packed)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        msg = f"cannot write {path}: {error.strerror}; the checkpoint before it is as it was"
        raise OutputError(msg) from error


def load_state(path: Path, module: nn.Module, average: nn.Module, optimiser: Optimizer, run: Mapping[str, Any]) -> int:
    """Put everything back; returns the steps that were done, 0 where there is no state.

    Raises:
        InputError: a file that cannot be read, or of another run.
    """
    if not path.exists():
        return 0
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("run", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        msg = f"{path} cannot be read as a checkpoint; remove it to start anew"
        raise InputError(msg) from error
    step = int(about.pop("step", 0))
    differ = [name for name in {**about, **run} if about.get(name) != run.get(name)]
    if differ:
        asked = ", ".join(f"{name} was {about.get(name)!r} and is {run.get(name)!r}" for name in sorted(differ))
        msg = f"{path} is of another training: {asked}; choose another folder, or ask for the same"
        raise InputError(msg)
    for prefix, target in (("module.", module), ("average.", average)):
        target.load_state_dict({n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)})
    for number, parameter in enumerate(parameters_of(optimiser)):
        moments = {m: tensors[f"optimiser.{number}.{m}"] for m in MOMENTS if f"optimiser.{number}.{m}" in tensors}
        if moments:
            placed = {name: value.to(parameter) for name, value in moments.items()}
            optimiser.state[parameter] = {"step": torch.tensor(float(step)), **placed}
    return step


def parameters_of(optimiser: Optimizer) -> list[nn.Parameter]:
    """The parameters of an optimiser, in its order."""
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]
