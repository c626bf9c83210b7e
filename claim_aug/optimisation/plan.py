"""How long and how fast something is trained, and how far a training is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How long and how fast.

    Attributes:
        steps: number of steps, one batch each.
        batch: number of slices in a batch.
        lr: highest learning rate; it rises over ``warmup`` steps and falls as a cosine.
        warmup: number of steps over which the learning rate rises, at most a tenth of ``steps``.
        ema_decay: decay of the moving average of the weights per step, 0-1.
        checkpoint_every: number of steps between two checkpoints, and two lines of the log.
        seed: seed of everything that is random.
    """

    steps: int
    batch: int = 16
    lr: float = 1e-3
    warmup: int = 100
    ema_decay: float = 0.998
    checkpoint_every: int = 100
    seed: int = 0

    def lr_at(self, step: int) -> float:
        """Learning rate of a step."""
        rising = min(1.0, (step + 1) / min(self.warmup, max(self.steps // 10, 1)))
        return self.lr * rising * 0.5 * (1 + math.cos(math.pi * step / self.steps))


@dataclass(frozen=True)
class Progress:
    """Where a training is: its stage, steps done and to do, and the loss, a mean over the last steps."""

    stage: str
    step: int
    steps: int
    loss: float


Report = Callable[[Progress], None]
