"""A generator and a segmenter that learn from each other: CLAIM's joint training, with a gradient that is real."""

from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.trainer import JointTrainer

__all__ = ["Curriculum", "JointTrainer"]
