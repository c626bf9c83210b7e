"""The state of a training, in one safetensors file that is replaced whole: kill -9 leaves the old one or the new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from claim_aug.data.artifacts import ArtifactKind
from claim_aug.errors import InputError, OutputError
from claim_aug.text import differences

Tensors = dict[str, Tensor]

KIND = ArtifactKind("claim-aug training state", (1,), "a checkpoint", "remove it to start anew")
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


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
        OutputError: a disk that is full or cannot be written.
    """
    tensors = under("module", module.state_dict()) | under("average", average.state_dict())
    write_state(path, step, tensors | under("optimiser", moments(optimiser)), run)


def load_state(path: Path, module: nn.Module, average: nn.Module, optimiser: Optimizer, run: Mapping[str, Any]) -> int:
    """Put everything back; returns the steps that were done, 0 where there is no state.

    Raises:
        InputError: a file that cannot be read, or of another run.
    """
    step, tensors = read_state(path, run)
    if step:
        try:
            module.load_state_dict(part(tensors, "module"))
            average.load_state_dict(part(tensors, "average"))
        except RuntimeError as error:
            raise KIND.refusal(path, "its weights do not fit the network of this release") from error
        load_moments(optimiser, part(tensors, "optimiser"), step)
    return step


def write_state(path: Path, step: int, tensors: Mapping[str, Tensor], run: Mapping[str, Any]) -> None:
    """Any tensors after ``step`` steps of the run.

    Raises:
        OutputError: a disk that is full or cannot be written.
    """
    arrays = {name: value.detach().cpu().numpy() for name, value in tensors.items()}
    packed = KIND.pack(arrays, {"step": step, "run": dict(run)})
    temporary = path.with_suffix(".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(packed)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        msg = f"cannot write {path}: {error.strerror}; the checkpoint before it is as it was"
        raise OutputError(msg) from error


def read_state(path: Path, run: Mapping[str, Any]) -> tuple[int, Tensors]:
    """The steps that were done and the tensors after them; 0 and none where there is no state.

    Raises:
        InputError: a file that cannot be read, or of another run.
    """
    if not path.exists():
        return 0, {}
    found, arrays = KIND.read(path)
    step, about = found.get("step"), found.get("run")
    if not isinstance(step, int) or step < 0 or not isinstance(about, dict):
        raise KIND.refusal(path, "it does not say its step and its run")
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise KIND.refusal(path, f"{name} holds values that are NaN or infinite")
    if differ := differences(about, run):
        msg = f"{path} is of another training: {', '.join(differ)}; choose another folder, or ask for the same"
        raise InputError(msg)
    return step, {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


def under(name: str, tensors: Mapping[str, Tensor]) -> Tensors:
    """Tensors under one name."""
    return {f"{name}.{own}": value for own, value in tensors.items()}


def part(tensors: Mapping[str, Tensor], name: str) -> Tensors:
    """What was put ``under`` a name."""
    start = f"{name}."
    return {own.removeprefix(start): value for own, value in tensors.items() if own.startswith(start)}


def moments(optimiser: Optimizer) -> Tensors:
    """The moments of Adam and its like, by the parameter's number."""
    found: Tensors = {}
    for number, parameter in enumerate(parameters_of(optimiser)):
        state = optimiser.state.get(parameter, {})
        found |= {f"{number}.{moment}": state[moment] for moment in MOMENTS if moment in state}
    return found


def load_moments(optimiser: Optimizer, tensors: Mapping[str, Tensor], step: int) -> None:
    """Put them back; ``step`` is how often the optimiser was used, for states that do not say."""
    for number, parameter in enumerate(parameters_of(optimiser)):
        own = part(tensors, str(number))
        if own:
            count = own.pop("step", torch.tensor(float(step)))
            placed = {name: value.to(parameter) for name, value in own.items()}
            optimiser.state[parameter] = {"step": count, **placed}


def parameters_of(optimiser: Optimizer) -> list[nn.Parameter]:
    """The parameters of an optimiser, in its order."""
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]
