"""Batches as a function of seed and step alone, so that a run that was cut off goes on as if it had not been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control_histogram import NONE, histogram
from claim_aug.generators.diffusion.network import TIMES
from claim_aug.generators.diffusion.samplers import STEPS, trailing
from claim_aug.generators.diffusion.window import window_of
from claim_aug.training.augment import NO_AUGMENTATION, AugmentParams, augment, sample_augmentation
from claim_aug.training.slices import TrainingSlice

#: Times at which the default sampler calls the network. Half of the examples are at these (Fast-DDPM,
#: arXiv:2405.14802), the others anywhere, so that more calls stay to be had.
CALLED = sorted(trailing(TIMES, STEPS))
#: Share of examples for which the network does without a control histogram (Ho & Salimans, arXiv:2207.12598).
DROPPED = 0.2

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Batches:
    """Draws batches from slices.

    Attributes:
        slices: slices to learn from.
        config: numbers of the model that learns from the slices.
        size: number of slices in a batch, over all processes.
        seed: seed of the order, the augmentation, the times and the noise.
        rank: number of this process, from 0, and of its part of every batch.
        world: number of processes.
    """

    slices: Sequence[TrainingSlice]
    config: ModelConfig
    size: int
    seed: int
    rank: int = 0
    world: int = 1

    def __call__(self, step: int) -> Batch:
        """Windows, masks, histograms, times and noise of a step's batch, this process's part of it."""
        numbers = range(step * self.size, (step + 1) * self.size)[self.rank :: self.world]
        return collate([self.example(number) for number in numbers])

    def example(self, number: int) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
        """The ``number``-th example since the start: every slice once in each pass, in a new order."""
        epoch, index = divmod(number, len(self.slices))
        order = np.random.default_rng((self.seed, 0, epoch)).permutation(len(self.slices))
        rng = np.random.default_rng((self.seed, 1, number))
        # Times spread evenly over a batch; the loss of a step wavers less.
        share = (number % self.size + rng.random()) / self.size
        times = CALLED if number % 2 else range(TIMES)
        time = times[min(int(share * len(times)), len(times) - 1)]
        params = sample_augmentation(rng)
        return row_of(self.slices[order[index]], params, time, self.config, rng, dropped=rng.random() < DROPPED)


def row_of(
    example: TrainingSlice,
    params: AugmentParams,
    time: int,
    config: ModelConfig,
    rng: np.random.Generator,
    *,
    dropped: bool,
) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    """One row of a batch: window, masks, histogram, time and noise; ``dropped`` leaves out the histogram."""
    augmented = augment(example, params)
    window, masks = window_of(augmented.slice_)
    side = config.size // config.factor
    eps = rng.standard_normal((config.codes, side, side), dtype=np.float32)
    control = NONE if dropped else histogram(augmented.infarct)
    return window[None], masks, control, np.int64(time), eps


def validation_batch(slices: Sequence[TrainingSlice], config: ModelConfig, seed: int, limit: int = 64) -> Batch:
    """Slices as inference sees them, at times and with noise that stay the same, at most ``limit`` of them."""
    rng = np.random.default_rng((seed, 2))
    step = max(len(slices) // limit, 1)
    chosen = slices[::step][:limit]
    times = ((np.arange(len(chosen)) + 0.5) / len(chosen) * TIMES).astype(int)[rng.permutation(len(chosen))]
    pairs = zip(chosen, times, strict=True)
    return collate([row_of(one, NO_AUGMENTATION, int(time), config, rng, dropped=False) for one, time in pairs])


def collate(rows: list[tuple[np.ndarray, ...]]) -> Batch:  # type: ignore[type-arg]
    """Rows to tensors with a batch axis."""
    windows, masks, controls, times, noise = (torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))
    return windows, masks, controls, times, noise
