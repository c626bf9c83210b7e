"""The segmenter and its training: MONAI's U-Net, and a fixed number of steps over what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet
from numpy.typing import NDArray
from torch import Tensor, nn

from claim_aug.optimisation.device import autocast
from study.data import CLASSES, Windows
from study.draws import Draws, shown

#: Highest learning rate of the one-cycle schedule.
RATE = 2e-3
#: How a slice is turned at test time; the mean of what is seen counts.
FLIPS = ((), (-1,), (-2,))
#: Steps before a step is captured as a graph: what is allocated and chosen on first use is then there.
WARM = 4


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


@dataclass(frozen=True)
class Lesson:
    """What a segmenter is shown: all slices, and which of them, changed how, at each step."""

    slices: Windows
    draws: Draws
    seed: int


class Training:
    """A segmenter that learns a lesson, step by step.

    On a GPU a step is captured once and replayed: launching its hundreds of small kernels takes longer than they do.
    """

    def __init__(self, lesson: Lesson, device: torch.device) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(lesson.seed)
            self.network = new_network().to(device)
        self.device = device
        self.pictures = torch.from_numpy(lesson.slices.pictures).to(device)
        self.classes = torch.from_numpy(lesson.slices.classes)[:, None].to(device)
        self.draws = lesson.draws.to(device)
        self.at = torch.zeros(1, dtype=torch.long, device=device)
        self.done = 0
        gpu = device.type == "cuda"
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), torch.tensor(RATE, device=device) if gpu else RATE, fused=True, capturable=gpu
        )
        self.rates = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, RATE, total_steps=lesson.draws.steps, pct_start=0.1, cycle_momentum=False
        )
        # Dice of the whole batch: of one slice without scar it would ask for less scar everywhere.
        self.loss = DiceCELoss(softmax=True, to_onehot_y=True, include_background=False, batch=True)
        self.stream = torch.cuda.Stream(device) if gpu else None
        if gpu:
            torch.cuda.synchronize()  # what was made above was not made on that stream
        self.graph: torch.cuda.CUDAGraph | None = None

    def step(self) -> None:
        """One batch."""
        with torch.cuda.stream(self.stream):
            if self.graph is None and self.stream is not None and self.done == WARM:
                self.capture()
            if self.graph is None:
                self.learn()
            else:
                self.graph.replay()
            self.rates.step()
        self.done += 1

    def learn(self) -> None:
        picture, target = shown(self.pictures, self.classes, self.draws.at(self.at))
        self.optimiser.zero_grad()
        self.loss(seen(self.network, picture), target).backward()
        self.optimiser.step()
        self.at += 1

    def capture(self) -> None:
        self.optimiser.zero_grad()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=self.stream):
            self.learn()

    @torch.no_grad()
    def shares(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Share of each class in each pixel, (slices, ``CLASSES``, side, side), the mean over three flips."""
        found: list[Tensor] = []
        self.network.eval()
        with torch.cuda.stream(self.stream):
            for chunk in torch.from_numpy(pictures).to(self.device).split(64):
                turned = [seen(self.network, chunk.flip(axes)).softmax(1).flip(axes) for axes in FLIPS]
                found.append(torch.stack(turned).mean(0))
            every = torch.cat(found).cpu()
        self.network.train()
        return every.numpy()


def train(trainings: Sequence[Training], judge: Callable[[int, int], None]) -> None:
    """Take all of them to their end side by side; ``judge`` is told which one is at which step."""
    for step in range(1, trainings[0].draws.steps + 1):
        for training in trainings:
            training.step()
        for number in range(len(trainings)):
            judge(number, step)
