"""Lightning: both networks in one module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claim_aug.joint.trainer import JointTrainer
from claim_aug.optional import need

base: Any = need("lightning", "lightning")


class JointModule(base.LightningModule):
    """A ``LightningModule`` whose training step is ``JointTrainer.step``; optimised by hand, as two optimisers need.

    Args:
        joint: trainer of both networks.
        optimizers: function from the trainer to the generator's optimiser and the segmenter's.
    """

    def __init__(self, joint: JointTrainer, optimizers: Callable[[JointTrainer], tuple[Any, Any]]) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.joint, self.make_optimizers = joint, optimizers
        self.generator, self.segmenter = joint.generator, joint.segmenter

    def configure_optimizers(self) -> list[Any]:
        """The optimisers that the user makes, the generator's first."""
        return list(self.make_optimizers(self.joint))

    def training_step(self, batch: Any, batch_idx: int) -> None:
        """One step of both; losses are logged."""
        generator, segmenter = self.optimizers()
        self.joint.attach(generator_optimizer=generator, segmenter_optimizer=segmenter, backward=self.manual_backward)
        self.log_dict(self.joint.step(batch), batch_size=1)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Weights and optimisers are Lightning's; the steps are ours."""
        checkpoint["claim_aug_joint_steps"] = self.joint.steps

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on with the curriculum where it was."""
        self.joint.steps = checkpoint["claim_aug_joint_steps"]
