"""Batches as a function of seed and step alone, so that a run that was cut off goes on as if it had not been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control import NONE, histogram
from claim_aug.generators.diffusion.network import TIMES
from claim_aug.generators.diffusion.window import look
from claim_aug.training.augment import PLAIN, View, sample_view, seen
from claim_aug.training.slices import TrainingSlice

#: How often the network has to do without a control histogram (Ho & Salimans, arXiv:2207.12598).
DROPPED = 0.2

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Batches:
    """Draws batches from slices.

    Attributes:
        size: slices in a batch, over all processes.
        rank, world: which part of every batch this process gets, of how many.
    """

    slices: Sequence[TrainingSlice]
    config: ModelConfig
    size: int
    seed: int
    rank: int = 0
    world: int = 1

    def __call__(self, step: int) -> Batch:
        """Pictures, masks, histograms, times and noise of a step's batch, this process's part of it."""
        numbers = range(step * self.size, (step + 1) * self.size)[self.rank :: self.world]
        return collate([self.example(number) for number in numbers])

    def example(self, number: int) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
        """The ``number``-th example since the start: every slice once in each pass, in a new order."""
        turn, place = divmod(number, len(self.slices))
        order = np.random.default_rng((self.seed, 0, turn)).permutation(len(self.slices))
        rng = np.random.default_rng((self.seed, 1, number))
        # Times spread evenly over a batch; the loss of a step wavers less.
        share = (number % self.size + rng.random()) / self.size
        time = min(int(share * TIMES), TIMES - 1)
        return example(
            self.slices[order[place]], sample_view(rng), time, self.config, rng, dropped=rng.random() < DROPPED
        )


def example(
    piece: TrainingSlice, view: View, time: int, config: ModelConfig, rng: np.random.Generator, *, dropped: bool
) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    """One row of a batch."""
    piece = seen(piece, view)
    picture, masks = look(piece.piece)
    side = config.size // config.factor
    eps = rng.standard_normal((config.codes, side, side), dtype=np.float32)
    control = NONE if dropped else histogram(piece.infarct)
    return picture[None], masks, control, np.int64(time), eps


def validation(slices: Sequence[TrainingSlice], config: ModelConfig, seed: int, limit: int = 64) -> Batch:
    """Slices as inference sees them, at times and with noise that stay the same, at most ``limit`` of them."""
    rng = np.random.default_rng((seed, 2))
    step = max(len(slices) // limit, 1)
    kept = slices[::step][:limit]
    times = ((np.arange(len(kept)) + 0.5) / len(kept) * TIMES).astype(int)[rng.permutation(len(kept))]
    return collate([example(p, PLAIN, int(t), config, rng, dropped=False) for p, t in zip(kept, times, strict=True)])


def collate(rows: list[tuple[np.ndarray, ...]]) -> Batch:  # type: ignore[type-arg]
    """Rows to tensors."""
    pictures, masks, controls, times, noise = (torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))
    return pictures, masks, controls, times, noise
