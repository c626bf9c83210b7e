"""What the generator paints, with a gradient: through one step of it, or back through the last steps of its sampler."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.painting import PaintTask
from claim_aug.generators.diffusion.samplers import noised, predictions

#: Share of the noise schedule at which the one step is taken: noise of 0.17 to 0.46 of the scar's own spread.
NOISE_LEVELS = (0.1, 0.3)


class Estimate(Protocol):
    """From a model and a task to windows (B, 1, size, size): those to paste, and the same with a gradient."""

    def __call__(self, model: LesionDiffusion, task: PaintTask) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True)
class OneStep:
    """The clean window that one step of the network sees from a full sample that was noised a little.

    Attributes:
        noise_level: place in the noise schedule, 0 (no noise) to 1.
    """

    noise_level: float

    def __call__(self, model: LesionDiffusion, task: PaintTask) -> tuple[Tensor, Tensor]:
        """The full sample, and the one-step estimate of it (Ho et al., arXiv:2006.11239, equation 15)."""
        known, condition, hidden = model.surroundings(task.window, task.masks)
        denoise = model.velocity(condition, task)
        with without_gradient():
            code = task.sampler(denoise, model.alphas.cpu(), known, hidden, lambda: task.noise_like(known))
        time = min(int(self.noise_level * len(model.alphas)), len(model.alphas) - 1)
        alpha = float(model.alphas[time])
        x = noised(code, task.noise_like(known), alpha)
        clean, _ = predictions(x, denoise(x, time), alpha)
        with torch.no_grad():
            sampled = model.decode(code, task.window, task.masks).float()
        return sampled, model.decode(torch.where(hidden, clean, known), task.window, task.masks).float()


@dataclass(frozen=True)
class LastSteps:
    """The full sample, with a gradient through the last steps of the sampler.

    What happens inside a step is computed again for the gradient instead of being kept: memory hardly grows with
    ``count``.

    Attributes:
        count: number of last steps that the gradient goes through, from 1.
        steps: number of all steps of the sampler.
    """

    count: int
    steps: int

    def __call__(self, model: LesionDiffusion, task: PaintTask) -> tuple[Tensor, Tensor]:
        """The full sample twice, once without its gradient."""
        known, condition, hidden = model.surroundings(task.window, task.masks)
        velocity = model.velocity(condition, task)
        calls = itertools.count()

        def denoise(x: Tensor, t: int) -> Tensor:
            if next(calls) < self.steps - self.count:
                with without_gradient():
                    return velocity(x, t)
            found: Tensor = checkpoint(velocity, x, t, use_reentrant=False)
            return found

        code = task.sampler(denoise, model.alphas.cpu(), known, hidden, lambda: task.noise_like(known))
        sampled = model.decode(code, task.window, task.masks).float()
        return sampled.detach(), sampled


@contextmanager
def without_gradient() -> Iterator[None]:
    """``no_grad`` that leaves no trace: autocast keeps the weights that it cast, here without their gradient."""
    try:
        with torch.no_grad():
            yield
    finally:
        torch.clear_autocast_cache()
