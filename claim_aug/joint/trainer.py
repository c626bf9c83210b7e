"""``JointTrainer``: one step for the generator, one for the segmenter, on the batches of any loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from claim_aug.adapters.batch import keys_of
from claim_aug.adapters.call import draw_seed
from claim_aug.data.staging import staged
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import write_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.estimate import without_gradient
from claim_aug.joint.generator import LearningGenerator
from claim_aug.joint.lesions import lesion_batch
from claim_aug.joint.objective import Feedback
from claim_aug.joint.sampling import BatchSampler, SyntheticBatch, tensors_of
from claim_aug.joint.settings import JointSettings
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
        synthesizer: synthesizer with a diffusion generator; ``generator`` is a copy of its network, which stays.
        segmenter: network from images to logits (B, classes, *grid), or to a list of logits at falling resolutions.
        segmentation_loss: function of logits (B, classes, *grid) and classes (B, 1, *grid) to one number; by default
            soft Dice and weighted cross-entropy, equation 2.
        weight: factor of the segmenter's loss in the generator's loss, from 0; docs/joint.md says what 1 is.
        objective: aim of the generator: ``"agree"``, for scars that the segmenter finds; ``"challenge"``, for scars
            that it misses, of which a share of ``floor`` stays brighter than remote myocardium by 3 SD of the noise; or
            ``"improve"``, for scars from which it learns to segment the patients of ``steering``.
        floor: share of the infarct that stays visible with ``"challenge"``, 0-1.
        grad_steps: number of the sampler's last steps that the gradient goes through; 0 for a gradient through one
            step of the network from a low noise level.
        curriculum: range of burden by step, %LV; the synthesizer's own burden by default.
        drop_unfound: whether an element stays real where the segmenter finds nothing of its new scar.
        p: probability of a scar for each element, 0-1.
        target: function from label maps to the segmenter's classes; label values are the classes by default.
        steering: function of the step to a batch of patients that neither network learns from otherwise, which
            ``"improve"`` needs.
        autocast: function that makes the context that the segmenter runs in, such as
            ``lambda: torch.autocast("cuda", torch.float16)``.
        image_key: entry of a batch that holds the images; found by its usual names by default.
        label_key: entry of a batch that holds the labels; found by its usual names by default.

    Raises:
        InputError: a generator that is no diffusion generator, an unknown objective, ``"improve"`` without
            ``steering``, or a value out of range.

    >>> import torch
    >>> from claim_aug import ScarSynthesizer
    >>> from claim_aug.phantom import make_phantom
    >>> scan = make_phantom(1, scar=True, shape=(64, 64, 3))
    >>> batch = {"image": torch.from_numpy(scan.image)[None, None], "label": torch.from_numpy(scan.labels)[None, None]}
    >>> segmenter = torch.nn.Sequential(torch.nn.BatchNorm3d(1), torch.nn.Conv3d(1, 6, 3, padding=1))
    >>> joint = JointTrainer(ScarSynthesizer(generator="ddpm", labels="phantom", steps=2), segmenter, p=1.0)
    >>> joint = joint.attach(
    ...     generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=1e-5),
    ...     segmenter_optimizer=torch.optim.AdamW(segmenter.parameters(), lr=1e-3),
    ... )
    >>> sorted(joint.step(batch, seed=1))
    ['dropped', 'feedback', 'generator', 'lesion', 'segmenter']
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
        steering: Callable[[int], Batch] | None = None,
        autocast: Callable[[], AbstractContextManager[Any]] = nullcontext,
        image_key: str | None = None,
        label_key: str | None = None,
    ) -> None:
        JointSettings(weight, objective, floor, grad_steps, drop_unfound, p)  # refuses what is out of range
        if (objective == "improve") != (steering is not None):
            msg = "objective 'improve' and steering, patients to judge by, need each other; give both or neither"
            raise InputError(msg)
        learner = LearningGenerator.from_synthesizer(synthesizer)
        self.batch_sampler = BatchSampler(synthesizer, learner, curriculum, grad_steps, p, image_key, label_key)
        self.segmenter, self.weight, self.drop_unfound, self.autocast = segmenter, weight, drop_unfound, autocast
        self.scorer = Scorer(segmentation_loss, target, synthesizer.labels)
        self.feedback = Feedback(self.scorer, objective, floor)
        self.steering = steering
        self.updates = Updates()
        self.steps = 0

    @property
    def generator(self) -> LesionDiffusion:
        """The network that learns; its weights are what the generator's optimiser is given."""
        return self.batch_sampler.learner.module

    def attach(self, **parts: Any) -> JointTrainer:
        """Hand over what updates the weights.

        Args:
            **parts: attributes of ``Updates``: ``generator_optimizer``, ``segmenter_optimizer``, ``scaler``,
                ``backward`` and ``max_norm``; those that are not named stay.
        """
        self.updates = replace(self.updates, **parts)
        return self

    def augment(self, batch: Batch, *, seed: int | None = None) -> dict[str, Any]:
        """A new batch with scars of the generator as it is now, without a gradient.

        Args:
            batch: batch of tensors with images and labels.
            seed: seed of the whole batch; drawn from PyTorch's random state by default, as in all methods.
        """
        return self._without_unfound(self._sample(batch, seed, gradient=False)).batch

    def generator_loss(self, batch: Batch, *, seed: int | None = None) -> Losses:
        """The generator's loss ``total`` and its parts: ``lesion`` where the batch has labelled scars, ``feedback``
        where ``weight`` is not 0 and a scar was placed. Empty where neither is.

        A segmenter that computes parts of itself again (activation checkpointing) needs ``generator_step``, in which it
        stays frozen until the gradient is there.
        """
        return self._generator_loss(self._sample(batch, seed, gradient=self.weight > 0))

    def segmenter_loss(self, batch: Batch, *, seed: int | None = None) -> Losses:
        """The segmentation loss of the batch with scars, ``total``, and how many elements stayed real, ``dropped``."""
        return self._segmenter_loss(self._sample(batch, seed, gradient=False))

    def generator_step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Update the generator; the segmenter's weights and statistics stay. Returns the losses.

        Raises:
            InputError: a missing optimiser, a loss that is not finite, or logits that do not fit.
        """
        return self._generator_step(self._sample(batch, seed, gradient=self.weight > 0))

    def segmenter_step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Update the segmenter; the generator stays. Returns the losses. Raises as ``generator_step`` does."""
        return self._segmenter_step(self._sample(batch, seed, gradient=False))

    def step(self, batch: Batch, *, seed: int | None = None) -> dict[str, float]:
        """Update both networks on the same scars, which are sampled once. Returns the losses."""
        synthetic = self._sample(batch, seed, gradient=self.weight > 0)
        losses = self._generator_step(synthetic)
        return losses | self._segmenter_step(synthetic)

    def generator_turn(self, batch: Batch, *, seed: int | None = None) -> tuple[dict[str, Any], dict[str, float]]:
        """Update the generator and hand over the batch with the scars and the losses, for a framework that updates
        the segmenter itself.
        """
        synthetic = self._sample(batch, seed, gradient=self.weight > 0)
        losses = self._generator_step(synthetic)
        return self._without_unfound(synthetic).batch, losses

    def save_generator(self, folder: Path, card: str = CARD) -> None:
        """Write a model folder as ``claim-aug train`` does, for ``ddpm:FOLDER`` or ``latent:FOLDER``.

        Raises:
            OutputError: a folder that cannot be written.
        """
        with staged(Path(folder)) as stage:
            write_model(self.generator, stage, card)

    def state_dict(self) -> dict[str, Any]:
        """The state of both networks, optimisers and scaler, and the number of steps; tensors and plain values."""
        networks = {"generator": self.generator.state_dict(), "segmenter": self.segmenter.state_dict()}
        return {"steps": self.steps, **networks, **self.updates.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state_dict``.

        Raises:
            InputError: a state without a part that is needed, such as that of an optimiser that is attached.
        """
        missing = sorted(set(self.state_dict()) - set(state))
        if missing:
            msg = f"the state needs {', '.join(missing)}, it has {', '.join(sorted(state))}; was it saved by another?"
            raise InputError(msg)
        self.segmenter.load_state_dict(state["segmenter"])  # the user's comes first: if it does not fit, all else stays
        self.generator.load_state_dict(state["generator"])
        self.updates.load_state_dict(state)
        self.steps = int(state["steps"])

    def _sample(self, batch: Batch, seed: int | None, *, gradient: bool) -> SyntheticBatch:
        return self.batch_sampler(batch, draw_seed() if seed is None else seed, self.steps, gradient=gradient)

    def _generator_loss(self, synthetic: SyntheticBatch) -> Losses:
        losses: Losses = {}
        device = self.generator.alphas.device
        lesions = lesion_batch(self.batch_sampler.synthesizer, synthetic.scans, self.generator.config, synthetic.rng)
        if lesions is not None:
            self.generator.train()
            with autocast(device):
                losses["lesion"] = self.generator(*(part.to(device) for part in lesions))
            self.generator.eval()
        if self.weight > 0 and synthetic.voxels is not None:
            with frozen(self.segmenter), self.autocast():
                real = self._steering_batch()
                losses["feedback"] = self.feedback(self.segmenter, synthetic, synthetic.voxels, real)
        if losses:
            parts = [losses[name] * (self.weight if name == "feedback" else 1.0) for name in losses]
            losses["total"] = torch.stack([part.float().to(device) for part in parts]).sum()
        return losses

    def _steering_batch(self) -> tuple[Tensor, Tensor] | None:
        """Images and label maps of the patients that steer this step."""
        if self.steering is None:
            return None
        batch, sampler = self.steering(self.steps), self.batch_sampler
        return tensors_of(batch, keys_of(batch, sampler.image_key, sampler.label_key, unusable="keep"))

    def _segmenter_loss(self, synthetic: SyntheticBatch) -> Losses:
        final = self._without_unfound(synthetic)
        with self.autocast():
            total = self.scorer(predict(self.segmenter, final.image), final.label)
        return {"total": total, "dropped": torch.tensor(float(len(synthetic.chosen) - len(final.chosen)))}

    def _generator_step(self, synthetic: SyntheticBatch) -> dict[str, float]:
        self.steps += 1
        with frozen(self.segmenter):  # until the gradient is there: a segmenter may compute parts of itself again
            losses = self._generator_loss(synthetic)
            if losses:
                self.updates("generator", losses, self.generator, self.steps)
        losses["generator"] = losses.pop("total", torch.tensor(0.0))
        return {name: float(value.detach()) for name, value in losses.items()}

    def _segmenter_step(self, synthetic: SyntheticBatch) -> dict[str, float]:
        losses = self._segmenter_loss(synthetic)
        self.updates("segmenter", losses, self.segmenter, self.steps)
        return {"segmenter": float(losses["total"].detach()), "dropped": float(losses["dropped"])}

    def _without_unfound(self, synthetic: SyntheticBatch) -> SyntheticBatch:
        """The batch with those elements real again whose scar the segmenter does not find at all, if asked for."""
        if not self.drop_unfound or not synthetic.chosen:
            return synthetic
        with frozen(self.segmenter), without_gradient(), self.autocast():
            found = self.scorer.found(predict(self.segmenter, synthetic.image)[0])
        missed = ~(found & (synthetic.mask[:, 0].to(found.device) > 0)).flatten(1).any(1)
        return synthetic.without(missed)
