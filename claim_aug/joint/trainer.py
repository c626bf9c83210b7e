"""``JointTrainer``: one step for the generator, one for the segmenter, on the batches of any loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from claim_aug.adapters.call import draw_seed
from claim_aug.data.staging import staged
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import write_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.draw import Drawer, Drawn
from claim_aug.joint.estimate import without_gradient
from claim_aug.joint.generator import learning
from claim_aug.joint.lesions import lesion_batch
from claim_aug.joint.objective import OBJECTIVES, Feedback
from claim_aug.joint.updates import Updates
from claim_aug.optimisation.device import autocast
from claim_aug.segmentation.contract import (
    Loss,
    Scorer,
    Target,
    frozen,
    labels_as_classes,
    predict,
    soft_dice_and_weighted_ce,
)
from claim_aug.synthesizer import ScarSynthesizer

CARD = "# Lesion diffusion for LGE cardiac MRI\n\nTrained on together with a segmenter. Not for diagnosis.\n"

Batch = Mapping[str, Any]
Losses = dict[str, Tensor]


class JointTrainer:
    """Trains the network of a diffusion generator and a segmenter in turns (CLAIM, arXiv:2506.15549).

    The generator's loss is ``LesionDiffusion``'s on the batch's own labelled scars, plus ``weight`` times that of the
    segmenter on the batch with generated scars pasted in, through which its gradient flows. The segmenter's is the
    segmentation loss on the same batch, which is a constant to it.

    Batches are those of ``claim_aug.adapters.batch.augment_batch``: dictionaries with images (B, C, *grid) and labels
    (B, 1, *grid), tensors on any device, in any units. They stay as they are.

    Args:
        synthesizer: with a diffusion generator. It stays as it is: ``generator`` is a copy of its network.
        segmenter: from images to logits (B, classes, *grid), or a list of logits at falling resolutions.
        segmentation_loss: of logits (B, classes, *grid) and classes (B, 1, *grid); by default soft Dice and weighted
            cross-entropy, equation 2.
        weight: of the segmenter's verdict in the generator's loss, from 0; docs/joint.md says what 1 is.
        objective: ``"agree"``, scars that the segmenter finds; or ``"challenge"``, scars that it misses, of which a
            share of ``floor`` stays brighter than remote myocardium by 3 SD of the noise.
        floor: 0-1.
        grad_steps: 0, a gradient through one step of the network from a low level of noise; or K from 1, back through
            the last K steps of the sampler.
        curriculum: of the burden; by default the synthesizer's own.
        drop_unfound: whether an element stays real where the segmenter finds nothing of its new scar.
        p: probability of a scar for each element.
        target: from label maps to the segmenter's classes; by default label values are the classes.
        autocast: makes the context that the segmenter runs in, such as
            ``lambda: torch.autocast("cuda", torch.float16)``.
        image_key, label_key: which entries of a batch they are; found by their usual names where not given.

    Raises:
        InputError: no diffusion generator, an unknown objective, a value out of range.
    """

    def __init__(
        self,
        synthesizer: ScarSynthesizer,
        segmenter: nn.Module,
        *,
        segmentation_loss: Loss = soft_dice_and_weighted_ce,
        weight: float = 1.0,
        objective: str = "agree",
        floor: float = 0.7,
        grad_steps: int = 0,
        curriculum: Curriculum | None = None,
        drop_unfound: bool = False,
        p: float = 0.5,
        target: Target = labels_as_classes,
        autocast: Callable[[], AbstractContextManager[Any]] = nullcontext,
        image_key: str | None = None,
        label_key: str | None = None,
    ) -> None:
        if objective not in OBJECTIVES:
            msg = f"objective needs to be one of {', '.join(OBJECTIVES)}, got {objective!r}"
            raise InputError(msg)
        for name, value, top in (("weight", weight, math.inf), ("floor", floor, 1.0), ("p", p, 1.0)):
            if not 0 <= value <= top:
                msg = f"{name} needs to be within 0-{top:g}, got {value}"
                raise InputError(msg)
        learner, options = learning(synthesizer)
        self.drawer = Drawer(synthesizer, learner, options, curriculum, grad_steps, p, image_key, label_key)
        self.segmenter, self.weight, self.drop_unfound, self.autocast = segmenter, weight, drop_unfound, autocast
        self.scorer = Scorer(segmentation_loss, target, synthesizer.labels)
        self.feedback = Feedback(self.scorer, objective, floor)
        self.updates = Updates()
        self.steps = 0

    @property
    def generator(self) -> LesionDiffusion:
        """The network that learns; its weights are what the generator's optimiser is given."""
        return self.drawer.learner.module

    def attach(self, **parts: Any) -> JointTrainer:
        """Hand over what updates the weights: ``generator_optimizer``, ``segmenter_optimizer``; ``scaler``, a
        ``torch.amp.GradScaler``; ``backward``, in place of ``loss.backward()``; ``max_norm`` of a gradient.
        """
        self.updates = replace(self.updates, **parts)
        return self

    def augment(self, batch: Batch, *, seed: int | None = None) -> dict[str, Any]:
        """A new batch with scars of the generator as it is now, without a gradient.

        Args:
            seed: of the whole batch; drawn from PyTorch's random state where not given, as in all that follows.
        """
        return self._kept(self._draw(batch, seed, gradient=False)).batch

    def generator_loss(self, batch: Batch, *, seed: int | None = None) -> Losses:
        """``total``, and what it is made of: ``lesion`` where the batch has labelled scars, ``feedback`` where
        ``weight`` is not 0 and a scar was placed. Empty where neither is.

        A segmenter that computes parts of itself again (activation checkpointing) needs ``generator_step``, in which it
        stays frozen until the gradient is there.
        """
        return self._generator_loss(self._draw(batch, seed, gradient=self.weight > 0))

    def segmenter_loss(self, batch: Batch, *, seed: int | None = None) -> Losses:
        """``total``, the segmentation loss of the batch with scars; and ``dropped``, how many elements stayed real."""
        return self._segmenter_loss(self._draw(batch, seed, gradient=False))

    def generator_step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Update the generator; the segmenter's weights and statistics stay. Returns the losses.

        Raises:
            InputError: no optimiser, a loss that is not finite, logits that do not fit.
        """
        return self._generator_step(self._draw(batch, seed, gradient=self.weight > 0))

    def segmenter_step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Update the segmenter; the generator stays. Returns the losses. Raises as ``generator_step`` does."""
        return self._segmenter_step(self._draw(batch, seed, gradient=False))

    def step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Both, on the same scars: they are sampled once."""
        drawn = self._draw(batch, seed, gradient=self.weight > 0)
        found = self._generator_step(drawn)
        return found | self._segmenter_step(drawn)

    def generator_turn(self, batch: Batch, *, seed: int | None = None) -> tuple[dict[str, Any], dict[str, float]]:
        """Update the generator and hand over the batch with the scars, for a host that updates the segmenter itself."""
        drawn = self._draw(batch, seed, gradient=self.weight > 0)
        found = self._generator_step(drawn)
        return self._kept(drawn).batch, found

    def save_generator(self, folder: Path, card: str = CARD) -> None:
        """Write a model folder as ``claim-aug train`` does, for ``ddpm:FOLDER`` or ``latent:FOLDER``.

        Raises:
            OutputError: it cannot be written.
        """
        with staged(Path(folder)) as stage:
            write_model(self.generator, stage, card)

    def state_dict(self) -> dict[str, Any]:
        """Both networks, optimisers and scaler, and the steps; tensors and plain values."""
        networks = {"generator": self.generator.state_dict(), "segmenter": self.segmenter.state_dict()}
        return {"steps": self.steps, **networks, **self.updates.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state_dict``.

        Raises:
            InputError: a part is missing, such as the state of an optimiser that is attached.
        """
        missing = sorted(set(self.state_dict()) - set(state))
        if missing:
            msg = f"the state needs {', '.join(missing)}, it has {', '.join(sorted(state))}; was it saved by another?"
            raise InputError(msg)
        self.segmenter.load_state_dict(state["segmenter"])  # the user's comes first: if it does not fit, all else stays
        self.generator.load_state_dict(state["generator"])
        self.updates.load_state_dict(state)
        self.steps = int(state["steps"])

    def _draw(self, batch: Batch, seed: int | None, *, gradient: bool) -> Drawn:
        return self.drawer(batch, draw_seed() if seed is None else seed, self.steps, gradient=gradient)

    def _generator_loss(self, drawn: Drawn) -> Losses:
        losses: Losses = {}
        home = self.generator.alphas.device
        lesions = lesion_batch(self.drawer.synthesizer, drawn.scans, self.generator.config, drawn.rng)
        if lesions is not None:
            self.generator.train()
            with autocast(home):
                losses["lesion"] = self.generator(*(part.to(home) for part in lesions))
            self.generator.eval()
        if self.weight > 0 and drawn.places is not None:
            with frozen(self.segmenter), self.autocast():
                losses["feedback"] = self.feedback(self.segmenter, drawn)
        if losses:
            parts = [losses[name] * (self.weight if name == "feedback" else 1.0) for name in losses]
            losses["total"] = torch.stack([part.float().to(home) for part in parts]).sum()
        return losses

    def _segmenter_loss(self, drawn: Drawn) -> Losses:
        kept = self._kept(drawn)
        with self.autocast():
            total = self.scorer(predict(self.segmenter, kept.image), kept.label)
        return {"total": total, "dropped": torch.tensor(float(drawn.changed - kept.changed))}

    def _generator_step(self, drawn: Drawn) -> dict[str, float]:
        self.steps += 1
        with frozen(self.segmenter):  # until the gradient is there: a segmenter may compute parts of itself again
            losses = self._generator_loss(drawn)
            if losses:
                self.updates("generator", losses, self.generator, self.steps)
        losses["generator"] = losses.pop("total", torch.tensor(0.0))
        return {name: float(value.detach()) for name, value in losses.items()}

    def _segmenter_step(self, drawn: Drawn) -> dict[str, float]:
        losses = self._segmenter_loss(drawn)
        self.updates("segmenter", losses, self.segmenter, self.steps)
        return {"segmenter": float(losses["total"].detach()), "dropped": float(losses["dropped"])}

    def _kept(self, drawn: Drawn) -> Drawn:
        """The batch with those elements real again whose scar the segmenter does not find at all, if asked for."""
        if not self.drop_unfound or not drawn.changed:
            return drawn
        with frozen(self.segmenter), without_gradient(), self.autocast():
            seen = self.scorer.found(predict(self.segmenter, drawn.image)[0])
        missed = ~(seen & (drawn.mask[:, 0].to(seen.device) > 0)).flatten(1).any(1)
        return drawn.without(missed)
