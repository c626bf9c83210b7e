"""The training of a segmenter: a fixed number of steps over what was planned."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from claim_aug.optimisation.checkpoint import load_moments, moments, part, under
from claim_aug.optimisation.plan import Plan
from claim_aug.optional import need
from claim_aug.segmentation.augment import SCARRED, BatchPlan, apply_plan, sample_plan
from claim_aug.segmentation.predict import class_shares
from claim_aug.segmentation.unet import UNetConfig, logits_of
from claim_aug.segmentation.windows import Windows

#: Highest learning rate of a training from scratch.
LR = 2e-3
#: Steps before a step is captured as a graph: what is allocated and chosen on first use is then there.
WARMUP = 4


class Training:
    """A segmenter that learns from windows, step by step.

    On a GPU a step is captured once and replayed: launching its hundreds of small kernels takes longer than they do.

    Args:
        network: segmenter from windows to logits; it is moved to the device and changed.
        plan: number of steps and learning rate.
        device: device that the network runs on.
    """

    def __init__(self, network: nn.Module, plan: Plan, device: torch.device) -> None:
        self.network, self.plan, self.device = network.to(device).train(), plan, device
        self.done = 0
        gpu = device.type == "cuda"
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), torch.tensor(plan.lr, device=device) if gpu else plan.lr, fused=True,
            capturable=gpu,
        )  # fmt: skip
        # Dice of the whole batch: of one slice without scar it would ask for less scar everywhere.
        dice_ce = need("monai.losses", "monai").DiceCELoss
        self.loss = dice_ce(softmax=True, to_onehot_y=True, include_background=False, batch=True)
        # Each coarser level counts half as much as the one before it.
        self.deep_loss = need("monai.losses", "monai").DeepSupervisionLoss(self.loss, weight_mode="exp")
        self.stream = torch.cuda.Stream(device) if gpu else None
        if gpu:
            torch.cuda.synchronize()  # what was made above was not made on that stream
        self.graph: torch.cuda.CUDAGraph | None = None

    def show(self, windows: Windows, batches: BatchPlan) -> Training:
        """Set what the next steps learn from: one batch of the plan each."""
        self.images = torch.from_numpy(windows.images).to(self.device)
        self.classes = torch.from_numpy(windows.classes)[:, None].to(self.device)
        self.batches = batches.to(self.device)
        self.at = torch.zeros(1, dtype=torch.long, device=self.device)
        self.graph, self.capture_at = None, self.done + WARMUP
        return self

    def step(self) -> None:
        """Learn from one batch."""
        with torch.cuda.stream(self.stream):  # type: ignore[arg-type]
            self._set_lr(self.plan.lr_at(self.done))
            if self.graph is None and self.stream is not None and self.done == self.capture_at:
                self._capture()
            if self.graph is None:
                self._learn()
            else:
                self.graph.replay()
        self.done += 1

    def run(self) -> nn.Module:
        """The network after all batches that are shown, ready to find scar."""
        for _ in range(self.batches.steps):
            self.step()
        return self.network.eval()

    def class_shares(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network finds so far, as ``predict.class_shares``."""
        with torch.cuda.stream(self.stream):  # type: ignore[arg-type]
            return class_shares(self.network, images)

    def state(self) -> dict[str, Tensor]:
        """The network and the moments of its optimiser, for a checkpoint."""
        return under("network", self.network.state_dict()) | under("optimiser", moments(self.optimiser))

    def restore(self, done: int, tensors: Mapping[str, Tensor]) -> None:
        """Put back a state after so many steps."""
        self.network.load_state_dict(part(tensors, "network"))
        load_moments(self.optimiser, part(tensors, "optimiser"), done)
        self.done = done

    def _set_lr(self, lr: float) -> None:
        for group in self.optimiser.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(lr)
            else:
                group["lr"] = lr

    def _learn(self) -> None:
        image, target = apply_plan(self.images, self.classes, self.batches.at(self.at))
        self.optimiser.zero_grad()
        logits = logits_of(self.network, image)
        loss = self.loss(logits, target) if logits.ndim == 4 else self.deep_loss(list(logits.unbind(1)), target)
        loss.backward()
        self.optimiser.step()
        self.at += 1

    def _capture(self) -> None:
        self.optimiser.zero_grad()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=self.stream):
            self._learn()


def fresh_network(config: UNetConfig, seed: int) -> nn.Module:
    """A network with random weights of this seed; PyTorch's own random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return config.build()


def fit_segmenter(
    windows: Windows, device: torch.device, *, steps: int = 600, seed: int = 0, lr: float = LR,
    network: nn.Module | None = None, scarred: float = SCARRED,
) -> nn.Module:  # fmt: skip
    """A network that has learnt from these windows alone, ready to find scar.

    Args:
        windows: windows of ``cut_windows``.
        device: device that the network runs on.
        steps: number of batches.
        seed: seed of the batches and, without ``network``, of the first weights.
        lr: highest learning rate.
        network: network to start from, which is changed; a fresh one where not given.
        scarred: share of every batch that is drawn from windows with scar, the rest from all, 0-1.
    """
    batches = sample_plan(windows, steps, np.random.default_rng(seed), scarred=scarred)
    begun = network or fresh_network(UNetConfig(), seed)
    return Training(begun, Plan(steps, lr=lr), device).show(windows, batches).run()
