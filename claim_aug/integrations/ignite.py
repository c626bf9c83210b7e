"""Ignite, and MONAI's engines, which are Ignite's."""

from __future__ import annotations

from typing import Any

from claim_aug.joint.trainer import JointTrainer
from claim_aug.optional import need

engine_events: Any = need("ignite.engine", "ignite").Events


class JointHandler:
    """Gives the generator its turn on every batch, and hands the batch with scars on to the engine's own step.

    Attach it to an engine, or put it among MONAI's ``train_handlers``. Batches are dictionaries.

    Args:
        joint: trainer of both networks, with the generator's optimiser attached.
    """

    def __init__(self, joint: JointTrainer) -> None:
        self.joint = joint

    def attach(self, engine: Any) -> None:
        """Run before the engine's step, once its batch is there."""
        engine.add_event_handler(engine_events.GET_BATCH_COMPLETED, self)

    def __call__(self, engine: Any) -> None:
        """The batch of the engine's state becomes the one with scars; ``state.joint`` holds the generator's losses."""
        engine.state.batch, engine.state.joint = self.joint.generator_turn(engine.state.batch)
