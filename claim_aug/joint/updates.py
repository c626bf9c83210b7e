"""The user's own optimisers and scaler, driven."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from claim_aug.errors import InputError

PARTS = ("generator_optimizer", "segmenter_optimizer", "scaler")


@dataclass(frozen=True)
class Updates:
    """What turns a loss into new weights.

    Attributes:
        generator_optimizer: optimiser of the generator's weights, of PyTorch or with its methods.
        segmenter_optimizer: optimiser of the segmenter's weights, of PyTorch or with its methods.
        scaler: ``torch.amp.GradScaler`` for both.
        backward: function of a loss in place of ``loss.backward()``, such as ``accelerator.backward``.
        max_norm: largest gradient norm; longer gradients are scaled down to it.
    """

    generator_optimizer: Any = None
    segmenter_optimizer: Any = None
    scaler: Any = None
    backward: Callable[[Tensor], Any] = Tensor.backward
    max_norm: float | None = None

    def __call__(self, who: str, losses: Mapping[str, Tensor], module: nn.Module, step: int) -> None:
        """One update of a network, by the loss ``total``.

        Args:
            who: name of the network, ``"generator"`` or ``"segmenter"``.
            losses: losses by name, one number each.
            module: network that is updated.
            step: number of this update, for the error.

        Raises:
            InputError: a network without an optimiser, or a loss that is not finite; nothing is updated then.
        """
        optimizer = getattr(self, f"{who}_optimizer")
        if optimizer is None:
            msg = f"the {who} has no optimiser: attach({who}_optimizer=...), or call {who}_loss and update it yourself"
            raise InputError(msg)
        loss = losses["total"]
        if not math.isfinite(float(loss.detach())):
            parts = ", ".join(f"{name} {float(value.detach()):.3g}" for name, value in losses.items())
            msg = f"the loss of the {who} at step {step} is {parts}: lower its learning rate, or check the images"
            raise InputError(msg)
        optimizer.zero_grad()
        self.backward(loss if self.scaler is None else self.scaler.scale(loss))
        if self.max_norm is not None:
            if self.scaler is not None:
                self.scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(module.parameters(), self.max_norm)
        if self.scaler is None:
            optimizer.step()
        else:
            self.scaler.step(optimizer)
            self.scaler.update()
        torch.clear_autocast_cache()  # of the old weights, where a user's autocast is open all the while

    def state_dict(self) -> dict[str, Any]:
        """States of the optimisers and the scaler that are attached, by name."""
        return {name: getattr(self, name).state_dict() for name in PARTS if getattr(self, name) is not None}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the states that ``state_dict`` gave."""
        for name in self.state_dict():
            getattr(self, name).load_state_dict(state[name])
