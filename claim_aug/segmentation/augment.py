"""Which windows a training shows and how they are changed: all sampled before it starts, then applied on the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from claim_aug.segmentation.windows import SIDE, Windows

BATCH = 16
#: Share of a batch's real windows that is drawn from those with scar; the others are drawn from all.
SCARRED = 1 / 3
#: Images of noise that a training has.
NOISE_IMAGES = 256
#: Share of the windows that are moved by up to ``far``: a network that saw none could not find a ventricle.
FAR = 0.25


@dataclass(frozen=True)
class BatchPlan:
    """For every step and place in the batch, which window is shown and how it is changed.

    Attributes:
        chosen: index of the window, (steps, ``BATCH``): real ones first, then each kind of synthetic.
        motion: affine map from a pixel of the shown window to one of the chosen window, (steps, ``BATCH``, 2, 3);
            ``None``, like all that follows, where nothing is changed.
        tone: gain, offset, power of the grey values and amount of noise, (steps, ``BATCH``, 4).
        noise_index: which image of noise is added, (steps, ``BATCH``).
        noise: images of unit noise, (``NOISE_IMAGES``, 1, side, side).
    """

    chosen: Tensor
    motion: Tensor | None = None
    tone: Tensor | None = None
    noise_index: Tensor | None = None
    noise: Tensor | None = None

    @property
    def steps(self) -> int:
        """Number of batches."""
        return len(self.chosen)

    def to(self, device: torch.device) -> BatchPlan:
        """The plan on a device."""
        given = (getattr(self, field.name) for field in fields(self))
        return BatchPlan(*(value if value is None else value.to(device) for value in given))  # type: ignore[arg-type]

    def at(self, step: Tensor) -> BatchPlan:
        """The plan of one step, whose number is a tensor of one element, so that a captured graph reads it anew."""
        if self.motion is None:
            return BatchPlan(self.chosen[step][0])
        tables = (self.chosen, self.motion, self.tone, self.noise_index)
        chosen, motion, tone, noise_index = (table[step][0] for table in tables if table is not None)
        return BatchPlan(chosen, motion, tone, noise_index, self.noise)


def sample_plan(
    real: Windows, steps: int, rng: np.random.Generator, *, synthetic: Sequence[Windows] = (), ratio: float = 0.0,
    fade: float = 0.0, scarred: float = SCARRED, augment: bool = True, turn: float = 180.0, far: float = 0.08,
) -> BatchPlan:  # fmt: skip
    """Sample what a training shows.

    Args:
        real: windows to learn from.
        steps: number of batches.
        rng: source of the randomness.
        synthetic: further windows, by kind; they follow the real ones in the training's windows.
        ratio: share of each batch that is synthetic, each kind alike, 0-1.
        fade: share of the steps, at the end, over which the ratio falls to nothing, 0-1.
        scarred: share of the real windows that is drawn from those with scar, 0-1.
        augment: whether windows are turned, flipped, scaled by up to 15 %, moved by up to 8 % and changed in tone.
        turn: largest angle in degrees by which windows are turned.
        far: largest share of its side by which a quarter of the windows are moved, 0.08-1.
    """
    left = 1 - np.arange(steps) / steps
    shares = ratio * np.minimum(1.0, left / fade) if fade else np.full(steps, ratio)
    with_scar = np.flatnonzero(real.scarred)
    batches = [sample_batch(len(real), with_scar, synthetic, share, scarred, rng) for share in shares]
    chosen = torch.from_numpy(np.stack(batches))
    if not augment:
        return BatchPlan(chosen)
    count = chosen.shape
    angle = np.deg2rad(rng.uniform(-turn, turn, count))
    size = np.exp(rng.uniform(-0.15, 0.15, count))
    side = rng.choice([-1.0, 1.0], count)
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.stack([np.stack([cosine * side, -sine], -1), np.stack([sine * side, cosine], -1)], -2)
    shift = rng.uniform(-0.08, 0.08, (*count, 2, 1))
    if far > 0.08:
        shift = np.where(rng.random((*count, 1, 1)) < FAR, rng.uniform(-far, far, shift.shape), shift)
    part = SIDE / real.images.shape[-1]  # of a larger window, what is shown
    motion = np.concatenate([matrix * size[..., None, None], shift], -1) * part
    gain, offset, power = np.exp(rng.normal(0, 0.15, count)), rng.normal(0, 0.15, count), rng.normal(0, 0.2, count)
    tone = np.stack([gain, offset, np.exp(power), rng.uniform(0, 0.1, count)], -1)
    return BatchPlan(
        chosen,
        torch.from_numpy(motion).float(),
        torch.from_numpy(tone).float(),
        torch.from_numpy(rng.integers(NOISE_IMAGES, size=count)),
        torch.from_numpy(rng.standard_normal((NOISE_IMAGES, 1, SIDE, SIDE), dtype=np.float32)),
    )


def sample_batch(
    real: int,
    with_scar: NDArray[np.intp],
    synthetic: Sequence[Windows],
    ratio: float,
    scarred: float,
    rng: np.random.Generator,
) -> NDArray[np.integer]:
    """Indices of one batch's windows, (``BATCH``,); ``real`` windows come first, those ``with_scar`` among them."""
    count = int(rng.binomial(BATCH, ratio)) if synthetic else 0
    sought = int(rng.binomial(BATCH - count, scarred)) if with_scar.size else 0
    chosen = [rng.choice(with_scar, sought), rng.integers(real, size=BATCH - count - sought)]
    counts = rng.multinomial(count, [1 / len(synthetic)] * len(synthetic)) if synthetic else np.empty(0, int)
    start = real
    for kind, share in zip(synthetic, counts, strict=True):
        chosen.append(start + rng.integers(len(kind), size=share))
        start += len(kind)
    return np.concatenate(chosen)


def apply_plan(images: Tensor, classes: Tensor, plan: BatchPlan) -> tuple[Tensor, Tensor]:
    """Images and classes of a step, (``BATCH``, 1, side, side) each.

    Args:
        images: all windows of the training, (windows, 1, side, side).
        classes: their classes, of the same shape.
        plan: plan of the step.
    """
    image, target = images[plan.chosen], classes[plan.chosen].float()
    if plan.motion is None or plan.tone is None or plan.noise is None:
        return image, target
    grid = affine_grid(plan.motion, [len(image), 1, SIDE, SIDE], align_corners=False)
    moved = grid_sample(image, grid, padding_mode="border", align_corners=False)
    spread, mean = torch.std_mean(moved, (1, 2, 3), keepdim=True, correction=0)
    moved = (moved - mean) / spread.clamp_min(1e-6)
    target = grid_sample(target, grid, mode="nearest", align_corners=False)
    gain, offset, power, amount = plan.tone[:, :, None, None, None].unbind(1)
    low, high = moved.amin((1, 2, 3), keepdim=True), moved.amax((1, 2, 3), keepdim=True)
    span = (high - low).clamp_min(1e-6)
    curved = ((moved - low) / span).clamp(0, 1) ** power * span + low
    return curved * gain + offset + plan.noise[plan.noise_index] * amount, target
