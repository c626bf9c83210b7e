"""Usual augmentation: what is drawn for every step of a training, before it starts, and how it is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from study.data import SIDE, Windows

BATCH = 16
#: Share of a batch's real slices that is drawn from those with scar; the others are drawn from all.
SCARRED = 1 / 3
#: Pictures of noise that a training has.
GRAINS = 256


@dataclass(frozen=True)
class Schedule:
    """Steps in all, those after which the network is judged, and by how many degrees slices are turned at most."""

    steps: int = 2400
    judged: tuple[int, ...] = (800, 1600, 2400)
    turn: float = 180.0


@dataclass(frozen=True)
class Draws:
    """By step and place in the batch: which slice, and how it is changed; no changes where it is not augmented.

    Attributes:
        chosen: (steps, ``BATCH``), index of a slice: real ones first, then each kind of synthetic.
        motion: (steps, ``BATCH``, 2, 3), where a pixel of the shown slice is in the chosen one.
        tone: (steps, ``BATCH``, 4): gain, offset, power of the grey values, and how much noise.
        grain: (steps, ``BATCH``), which picture of noise.
        grains: (``GRAINS``, 1, side, side).
    """

    chosen: Tensor
    motion: Tensor | None = None
    tone: Tensor | None = None
    grain: Tensor | None = None
    grains: Tensor | None = None

    @property
    def steps(self) -> int:
        return len(self.chosen)

    def to(self, device: torch.device) -> Draws:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return Draws(**{name: value if value is None else value.to(device) for name, value in given.items()})

    def at(self, step: Tensor) -> Draws:
        """Those of one step, whose number is a tensor of one element, so that a captured graph reads it anew."""
        if self.motion is None:
            return Draws(self.chosen[step][0])
        chosen, motion, tone, grain = (table[step][0] for table in (self.chosen, self.motion, self.tone, self.grain))
        return Draws(chosen, motion, tone, grain, self.grains)


def draw(
    real: Windows, synthetic: Sequence[Windows], ratio: float, schedule: Schedule, rng: np.random.Generator,
    *, fade: float = 0.0, scarred: float = SCARRED, augment: bool = True,
) -> Draws:  # fmt: skip
    """What a training shows.

    Args:
        ratio: share of each batch that is synthetic, each kind alike; it falls to nothing over the last ``fade``.
        scarred: share of the real ones that is drawn from those with scar.
        augment: whether slices are changed.
    """
    left = 1 - np.arange(schedule.steps) / schedule.steps
    shares = ratio * np.minimum(1.0, left / fade) if fade else np.full(schedule.steps, ratio)
    chosen = torch.from_numpy(np.stack([batch(real, synthetic, share, scarred, rng) for share in shares]))
    if not augment:
        return Draws(chosen)
    count = chosen.shape
    angle = np.deg2rad(rng.uniform(-schedule.turn, schedule.turn, count))
    size = np.exp(rng.uniform(-0.15, 0.15, count))
    side = rng.choice([-1.0, 1.0], count)
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.stack([np.stack([cosine * side, -sine], -1), np.stack([sine * side, cosine], -1)], -2)
    shift = rng.uniform(-0.08, 0.08, (*count, 2, 1))
    motion = np.concatenate([matrix * size[..., None, None], shift], -1)
    tone = np.stack(
        [
            np.exp(rng.normal(0, 0.15, count)),
            rng.normal(0, 0.15, count),
            np.exp(rng.normal(0, 0.2, count)),
            rng.uniform(0, 0.1, count),
        ],
        -1,
    )
    return Draws(
        chosen,
        torch.from_numpy(motion).float(),
        torch.from_numpy(tone).float(),
        torch.from_numpy(rng.integers(GRAINS, size=count)),
        torch.from_numpy(rng.standard_normal((GRAINS, 1, SIDE, SIDE), dtype=np.float32)),
    )


def batch(
    real: Windows, synthetic: Sequence[Windows], ratio: float, scarred: float, rng: np.random.Generator
) -> NDArray[np.integer]:
    """Indices of a batch's slices."""
    count = int(rng.binomial(BATCH, ratio)) if synthetic else 0
    sought = int(rng.binomial(BATCH - count, scarred)) if real.scarred.any() else 0
    chosen = [rng.choice(np.flatnonzero(real.scarred), sought), rng.integers(len(real), size=BATCH - count - sought)]
    counts = rng.multinomial(count, [1 / len(synthetic)] * len(synthetic)) if synthetic else []
    start = len(real)
    for kind, share in zip(synthetic, counts, strict=True):
        chosen.append(start + rng.integers(len(kind), size=share))
        start += len(kind)
    return np.concatenate(chosen)


def shown(pictures: Tensor, classes: Tensor, draws: Draws) -> tuple[Tensor, Tensor]:
    """Pictures and classes of a step, (B, 1, side, side).

    Turned, flipped, 15 % larger or smaller, moved by 8 %; contrast, brightness and noise changed.
    """
    picture, target = pictures[draws.chosen], classes[draws.chosen].float()
    if draws.motion is None:
        return picture, target
    grid = affine_grid(draws.motion, list(picture.shape), align_corners=False)
    moved = grid_sample(picture, grid, padding_mode="border", align_corners=False)
    target = grid_sample(target, grid, mode="nearest", align_corners=False)
    gain, offset, power, noise = draws.tone[:, :, None, None, None].unbind(1)
    low, high = moved.amin((1, 2, 3), keepdim=True), moved.amax((1, 2, 3), keepdim=True)
    span = (high - low).clamp_min(1e-6)
    curved = ((moved - low) / span).clamp(0, 1) ** power * span + low
    return curved * gain + offset + draws.grains[draws.grain] * noise, target
