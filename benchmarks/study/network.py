"""The segmenter and its training: MONAI's U-Net, usual augmentation, a fixed number of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample

from claim_aug.generators.diffusion.device import autocast
from study.data import CLASSES, Windows

BATCH = 16
#: Highest learning rate of the one-cycle schedule.
RATE = 2e-3
#: Share of a batch's real slices that are drawn from those with scar; the others are drawn from all.
SCARRED = 1 / 3
#: How a slice is turned at test time; the mean of what is seen counts.
FLIPS = ((), (-1,), (-2,))


@dataclass(frozen=True)
class Schedule:
    """Steps in all, those after which the network is judged, and by how many degrees slices are turned at most."""

    steps: int = 2400
    judged: tuple[int, ...] = (800, 1600, 2400)
    turn: float = 180.0


def new_network() -> nn.Module:
    """A U-Net of 0.3 million weights."""
    network = UNet(
        2, 1, CLASSES, channels=(16, 32, 64, 96), strides=(2, 2, 2), num_res_units=2, norm="BATCH", act="LEAKYRELU"
    )
    return network.to(memory_format=torch.channels_last)


def seen(network: nn.Module, picture: Tensor) -> Tensor:
    """Logits, computed in 16 bits where that is faster; with channels last, half the time on a CPU."""
    with autocast(picture.device):
        return network(picture.contiguous(memory_format=torch.channels_last)).float()


def train(
    real: Windows,
    synthetic: Sequence[Windows],
    ratio: float,
    *,
    fade: float = 0.0,
    augment: bool,
    seed: int,
    schedule: Schedule,
    judge: Callable[[int, nn.Module], None],
) -> nn.Module:
    """A segmenter that saw ``schedule.steps`` batches, a share of each synthetic.

    Args:
        ratio: that share; it falls to nothing over the last ``fade`` of the steps.
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = new_network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=schedule.steps, pct_start=0.1)
    # Dice of the whole batch: of one slice without scar it would ask for less scar everywhere.
    loss_of = DiceCELoss(softmax=True, to_onehot_y=True, include_background=False, batch=True)
    for step in range(1, schedule.steps + 1):
        left = 1 - (step - 1) / schedule.steps
        share = ratio * min(1.0, left / fade) if fade else ratio
        picture, target = batch_of(real, synthetic, share, rng)
        if augment:
            picture, target = augmented(picture, target, rng, turn=schedule.turn)
        loss = loss_of(seen(network, picture), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rates.step()
        if step in schedule.judged:
            network.eval()
            judge(step, network)
            network.train()
    return network.eval()


def batch_of(
    real: Windows, synthetic: Sequence[Windows], ratio: float, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Pictures (B, 1, side, side) and classes (B, 1, side, side)."""
    count = int(rng.binomial(BATCH, ratio)) if synthetic else 0
    scarred = int(rng.binomial(BATCH - count, SCARRED)) if real.scarred.any() else 0
    chosen = [rng.choice(np.flatnonzero(real.scarred), scarred), rng.choice(len(real), BATCH - count - scarred)]
    parts = [real.of(np.concatenate(chosen))]
    if synthetic:
        counts = rng.multinomial(count, [1 / len(synthetic)] * len(synthetic))
        parts += [kind.of(rng.choice(len(kind), share)) for kind, share in zip(synthetic, counts, strict=True)]
    picture = torch.from_numpy(np.concatenate([part.pictures for part in parts]))
    return picture, torch.from_numpy(np.concatenate([part.classes for part in parts]))[:, None].float()


def augmented(picture: Tensor, target: Tensor, rng: np.random.Generator, *, turn: float) -> tuple[Tensor, Tensor]:
    """Turned, flipped, 15 % larger or smaller, moved by 8 %; contrast, brightness and noise changed."""
    count = len(picture)
    angle = np.deg2rad(rng.uniform(-turn, turn, count))
    size = np.exp(rng.uniform(-0.15, 0.15, count))
    side = rng.choice([-1.0, 1.0], count)
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.array([[cosine * side, -sine], [sine * side, cosine]]).transpose(2, 0, 1)
    theta = np.concatenate([matrix * size[:, None, None], rng.uniform(-0.08, 0.08, (count, 2, 1))], 2)
    grid = affine_grid(torch.from_numpy(theta).float(), list(picture.shape), align_corners=False)
    moved = grid_sample(picture, grid, padding_mode="border", align_corners=False)
    classes = grid_sample(target, grid, mode="nearest", align_corners=False)

    def each(values: NDArray[np.floating]) -> Tensor:
        return torch.from_numpy(values).float()[:, None, None, None]

    gain, offset = each(np.exp(rng.normal(0, 0.15, count))), each(rng.normal(0, 0.15, count))
    power = each(np.exp(rng.normal(0, 0.2, count)))
    low, high = moved.amin((1, 2, 3), keepdim=True), moved.amax((1, 2, 3), keepdim=True)
    span = (high - low).clamp_min(1e-6)
    curved = ((moved - low) / span).clamp(0, 1) ** power * span + low
    grain = torch.from_numpy(rng.standard_normal(tuple(moved.shape), dtype=np.float32))
    noise = grain * each(rng.uniform(0, 0.1, count))
    return curved * gain + offset + noise, classes


@torch.no_grad()
def shares(network: nn.Module, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of each class in each pixel, (slices, ``CLASSES``, side, side), the mean over three flips."""
    found: list[Tensor] = []
    for chunk in torch.from_numpy(pictures).split(64):
        turned = [seen(network, chunk.flip(axes)).softmax(1).flip(axes) for axes in FLIPS]
        found.append(torch.stack(turned).mean(0))
    return torch.cat(found).numpy()
