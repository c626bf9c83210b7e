"""The segmenter's part in the generator's loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from claim_aug.joint.composite import ScarVoxels
from claim_aug.joint.sampling import SyntheticBatch
from claim_aug.segmentation.contract import Scorer, predict

OBJECTIVES = ("agree", "challenge", "improve")
#: Brighter than remote by so many SD of noise is what a reader would still call scar; our default.
VISIBLE = 3.0
#: How much falling short of the floor counts against being missed; our default.
STRICT = 10.0
#: Learning rate of the one step that the segmenter would take on generated scars, with ``"improve"``; our default.
LOOK_AHEAD = 0.1

#: Images and label maps of real scans, (B, C, *grid) and (B, 1, *grid).
Real = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Feedback:
    """The segmenter's loss on generated scars, for the generator.

    Attributes:
        scorer: loss and classes by which the segmenter is scored.
        objective: aim of the generator: ``"agree"``, for scars that the segmenter finds, ``"challenge"``, for scars
            that it misses, or ``"improve"``, for scars from which it learns to segment real ones.
        floor: share of infarct that has to stay visible with ``"challenge"``, 0-1.
    """

    scorer: Scorer
    objective: str
    floor: float

    def __call__(
        self, segmenter: nn.Module, synthetic: SyntheticBatch, voxels: ScarVoxels, real: Real | None = None
    ) -> Tensor:
        """The loss of a batch, one number; only elements that got a scar count.

        Args:
            segmenter: segmenter, which is left as it is.
            synthetic: batch with generated scars.
            voxels: voxels of these scars, with a gradient.
            real: scans that the segmenter does not learn from, to judge it by with ``"improve"``.
        """
        intensity = voxels.relative_intensity()
        image = voxels.composite(synthetic.image, intensity)[synthetic.chosen]
        if self.objective == "improve":
            assert real is not None
            return loss_after_step(segmenter, self.scorer, (image, synthetic.label[synthetic.chosen]), real)
        logits = predict(segmenter, image)
        if self.objective == "agree":
            return self.scorer(logits, synthetic.label[synthetic.chosen])
        probability = self.scorer.probability(logits[0])
        found = probability[synthetic.mask[synthetic.chosen, 0].to(probability.device) > 0].mean()
        return found + STRICT * (self.floor - visible_share(intensity, voxels).to(found)).clamp_min(0)


class WithWeights(nn.Module):
    """A network as it would be with other weights.

    Args:
        network: network, which is left as it is.
        weights: weights by name, in place of the network's.
    """

    def __init__(self, network: nn.Module, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.network, self.weights = network, dict(weights)

    def forward(self, image: Tensor) -> Tensor:
        """What the network gives with these weights."""
        found: Tensor = functional_call(self.network, self.weights, (image,))
        return found


def loss_after_step(segmenter: nn.Module, scorer: Scorer, learnt: Real, real: Real, lr: float = LOOK_AHEAD) -> Tensor:
    """Loss on real scans after one gradient step on generated scars, with its gradient towards these scars.

    It is the objective of GenSeg (Zhang et al., arXiv:2408.17421), whose inner optimisation is one step here. The step
    is w - lr * dL(learnt)/dw. So the gradient towards the scars is exactly -lr times that of dL(learnt)/dw . v, with v
    the gradient on the real scans after the step, and needs no difference of two networks.

    Args:
        segmenter: segmenter, which is left as it is.
        scorer: loss and classes by which the segmenter is scored.
        learnt: images with generated scars, which have a gradient, and their label maps.
        real: images and label maps to judge by.
        lr: learning rate of the step.
    """
    weights = {name: value.detach().requires_grad_(True) for name, value in segmenter.named_parameters()}
    inner = scorer(predict(WithWeights(segmenter, weights), learnt[0]), learnt[1])
    step = torch.autograd.grad(inner, list(weights.values()), create_graph=True, allow_unused=True)
    moves = {name: one for name, one in zip(weights, step, strict=True) if one is not None}
    stepped = {name: (weights[name] - lr * move).detach().requires_grad_(True) for name, move in moves.items()}
    outer = scorer(predict(WithWeights(segmenter, stepped), real[0]), real[1])
    found = torch.autograd.grad(outer, list(stepped.values()), allow_unused=True)
    pairs = zip(moves.values(), found, strict=True)
    change = torch.stack([-lr * (move * towards).sum() for move, towards in pairs if towards is not None]).sum()
    return outer.detach() + change - change.detach()


def visible_share(relative_intensity: Tensor, voxels: ScarVoxels) -> Tensor:
    """Share of the infarct that stands out from remote myocardium, 0-1; a sigmoid of one SD stands for the step."""
    noise = voxels.noise.clamp_min(1e-3)
    standing_out = torch.sigmoid(relative_intensity / noise - VISIBLE)[voxels.infarct]
    return standing_out.mean() if standing_out.numel() else relative_intensity.new_ones(())
