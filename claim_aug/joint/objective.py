"""What the generator hears from the segmenter."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from claim_aug.joint.draw import Drawn
from claim_aug.segmentation.contract import Scorer, predict

OBJECTIVES = ("agree", "challenge")
#: Brighter than remote by so many SD of noise is what a reader would still call scar; our default.
VISIBLE = 3.0
#: How much falling short of the floor counts against being missed; our default.
STRICT = 10.0


@dataclass(frozen=True)
class Feedback:
    """The segmenter's verdict on generated scars, as a loss.

    Attributes:
        scorer: how the segmenter is scored.
        objective: ``"agree"`` or ``"challenge"``.
        floor: of ``"challenge"``, the share of infarct that has to stay visible, 0-1.
    """

    scorer: Scorer
    objective: str
    floor: float

    def __call__(self, segmenter: nn.Module, drawn: Drawn) -> Tensor:
        """The loss of a batch; only elements that got a scar count."""
        assert drawn.places is not None
        assert drawn.pictures is not None
        heights = drawn.places.heights(drawn.pictures)
        image = drawn.places.composite(drawn.image, heights)[drawn.chosen]
        levels = predict(segmenter, image)
        if self.objective == "agree":
            return self.scorer(levels, drawn.label[drawn.chosen])
        sure = self.scorer.probability(levels[0])
        found = sure[drawn.mask[drawn.chosen, 0].to(sure.device) > 0].mean()
        return found + STRICT * (self.floor - visible(heights, drawn).to(found)).clamp_min(0)


def visible(heights: Tensor, drawn: Drawn) -> Tensor:
    """Share of the infarct that stands out from remote myocardium, 0-1; a sigmoid of one SD stands for the step."""
    assert drawn.places is not None
    noise = drawn.places.noise.clamp_min(1e-3)
    standing_out = torch.sigmoid(heights / noise - VISIBLE)[drawn.places.infarct]
    return standing_out.mean() if standing_out.numel() else heights.new_ones(())
