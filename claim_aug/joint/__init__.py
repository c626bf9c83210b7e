"""A generator and a segmenter that learn from each other: CLAIM's joint training, with a gradient that is real.

Names are imported when first used, so that the command line needs no PyTorch for its help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claim_aug.joint.curriculum import Curriculum
    from claim_aug.joint.trainer import JointTrainer

__all__ = ["Curriculum", "JointTrainer"]


def __getattr__(name: str) -> Any:
    if name == "JointTrainer":
        from claim_aug.joint.trainer import JointTrainer

        return JointTrainer
    if name == "Curriculum":
        from claim_aug.joint.curriculum import Curriculum

        return Curriculum
    msg = f"module 'claim_aug.joint' has no attribute {name!r}"
    raise AttributeError(msg)
