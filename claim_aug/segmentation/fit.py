"""The training of a segmenter: a fixed number of steps over what was planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from claim_aug.optional import need
from claim_aug.segmentation.augment import BatchPlan, Schedule, apply_plan, sample_plan
from claim_aug.segmentation.predict import class_shares
from claim_aug.segmentation.unet import UNetConfig, logits_of
from claim_aug.segmentation.windows import Windows

#: Highest learning rate of the one-cycle schedule.
LR = 2e-3
#: Steps before a step is captured as a graph: what is allocated and chosen on first use is then there.
WARMUP = 4


@dataclass(frozen=True)
class Lesson:
    """What a segmenter learns from.

    Attributes:
        windows: all windows, real ones first.
        plan: which of them are shown at each step, and how they are changed.
        seed: seed of the weights that the network starts with.
    """

    windows: Windows
    plan: BatchPlan
    seed: int


class Training:
    """A segmenter that learns a lesson, step by step.

    On a GPU a step is captured once and replayed: launching its hundreds of small kernels takes longer than they do.

    Args:
        lesson: windows and classes to learn.
        device: device that the network runs on.
        config: size of the network.
    """

    def __init__(self, lesson: Lesson, device: torch.device, config: UNetConfig | None = None) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(lesson.seed)
            self.network: nn.Module = (config or UNetConfig()).build().to(device)
        self.device = device
        self.images = torch.from_numpy(lesson.windows.images).to(device)
        self.classes = torch.from_numpy(lesson.windows.classes)[:, None].to(device)
        self.plan = lesson.plan.to(device)
        self.at = torch.zeros(1, dtype=torch.long, device=device)
        self.done = 0
        gpu = device.type == "cuda"
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), torch.tensor(LR, device=device) if gpu else LR, fused=True, capturable=gpu
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, LR, total_steps=lesson.plan.steps, pct_start=0.1, cycle_momentum=False
        )
        # Dice of the whole batch: of one slice without scar it would ask for less scar everywhere.
        dice_ce = need("monai.losses", "monai").DiceCELoss
        self.loss = dice_ce(softmax=True, to_onehot_y=True, include_background=False, batch=True)
        self.stream = torch.cuda.Stream(device) if gpu else None
        if gpu:
            torch.cuda.synchronize()  # what was made above was not made on that stream
        self.graph: torch.cuda.CUDAGraph | None = None

    def step(self) -> None:
        """Learn from one batch."""
        with torch.cuda.stream(self.stream):  # type: ignore[arg-type]
            if self.graph is None and self.stream is not None and self.done == WARMUP:
                self._capture()
            if self.graph is None:
                self._learn()
            else:
                self.graph.replay()
            self.schedule.step()
        self.done += 1

    def class_shares(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network finds so far, as ``predict.class_shares``."""
        with torch.cuda.stream(self.stream):  # type: ignore[arg-type]
            return class_shares(self.network, images)

    def _learn(self) -> None:
        image, target = apply_plan(self.images, self.classes, self.plan.at(self.at))
        self.optimiser.zero_grad()
        self.loss(logits_of(self.network, image), target).backward()
        self.optimiser.step()
        self.at += 1

    def _capture(self) -> None:
        self.optimiser.zero_grad()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=self.stream):
            self._learn()


def train(trainings: Sequence[Training], judge: Callable[[int, int], None] = lambda number, step: None) -> None:
    """Take trainings to their end side by side; ``judge`` is told the number of each and the step it has done."""
    for step in range(1, trainings[0].plan.steps + 1):
        for training in trainings:
            training.step()
        for number in range(len(trainings)):
            judge(number, step)


def fit_segmenter(windows: Windows, device: torch.device, *, steps: int = 600, seed: int = 0) -> nn.Module:
    """A network that has learnt from these windows alone, ready to find scar."""
    plan = sample_plan(windows, [], 0.0, Schedule(steps), np.random.default_rng(seed))
    training = Training(Lesson(windows, plan, seed), device)
    train([training])
    return training.network.eval()
