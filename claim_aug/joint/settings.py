"""How a joint training treats its batches: the numbers that every way of calling it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from claim_aug.errors import InputError
from claim_aug.joint.objective import OBJECTIVES


@dataclass(frozen=True)
class JointSettings:
    """What of a joint training can be written in a file.

    Attributes:
        weight: factor of the segmenter's loss in the generator's loss, from 0.
        objective: aim of the generator: ``"agree"``, for scars that the segmenter finds, ``"challenge"``, for scars
            that it misses, or ``"improve"``, for scars from which it learns to segment real ones.
        floor: share of the infarct that stays visible with ``"challenge"``, 0-1.
        grad_steps: number of the sampler's last steps that the gradient goes through; 0 for a one-step estimate.
        drop_unfound: whether an element stays real where the segmenter finds nothing of its new scar.
        p: share of the elements that get a new scar, 0-1.

    Raises:
        InputError: an unknown objective, or a value out of range.
    """

    weight: float = 1.0
    objective: str = "agree"
    floor: float = 0.7
    grad_steps: int = 0
    drop_unfound: bool = False
    p: float = 0.5

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            msg = f"objective needs to be one of {', '.join(OBJECTIVES)}, got {self.objective!r}"
            raise InputError(msg)
        for name, top in (("weight", math.inf), ("floor", 1.0), ("p", 1.0)):
            if not 0 <= (value := getattr(self, name)) <= top:
                msg = f"{name} needs to be within 0-{top:g}, got {value}"
                raise InputError(msg)
