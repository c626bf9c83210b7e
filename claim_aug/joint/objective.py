"""The segmenter's part in the generator's loss."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from claim_aug.joint.composite import ScarVoxels
from claim_aug.joint.sampling import SyntheticBatch
from claim_aug.segmentation.contract import Scorer, predict

OBJECTIVES = ("agree", "challenge")
#: Brighter than remote by so many SD of noise is what a reader would still call scar; our default.
VISIBLE = 3.0
#: How much falling short of the floor counts against being missed; our default.
STRICT = 10.0


@dataclass(frozen=True)
class Feedback:
    """The segmenter's loss on generated scars, for the generator.

    Attributes:
        scorer: loss and classes by which the segmenter is scored.
        objective: aim of the generator: ``"agree"``, for scars that the segmenter finds, or ``"challenge"``, for scars
            that it misses.
        floor: share of infarct that has to stay visible with ``"challenge"``, 0-1.
    """

    scorer: Scorer
    objective: str
    floor: float

    def __call__(self, segmenter: nn.Module, synthetic: SyntheticBatch, voxels: ScarVoxels) -> Tensor:
        """The loss of a batch, one number; only elements that got a scar count."""
        intensity = voxels.relative_intensity()
        image = voxels.composite(synthetic.image, intensity)[synthetic.chosen]
        logits = predict(segmenter, image)
        if self.objective == "agree":
            return self.scorer(logits, synthetic.label[synthetic.chosen])
        probability = self.scorer.probability(logits[0])
        found = probability[synthetic.mask[synthetic.chosen, 0].to(probability.device) > 0].mean()
        return found + STRICT * (self.floor - visible_share(intensity, voxels).to(found)).clamp_min(0)


def visible_share(relative_intensity: Tensor, voxels: ScarVoxels) -> Tensor:
    """Share of the infarct that stands out from remote myocardium, 0-1; a sigmoid of one SD stands for the step."""
    noise = voxels.noise.clamp_min(1e-3)
    standing_out = torch.sigmoid(relative_intensity / noise - VISIBLE)[voxels.infarct]
    return standing_out.mean() if standing_out.numel() else relative_intensity.new_ones(())
