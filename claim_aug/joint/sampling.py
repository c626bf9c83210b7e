"""Scars sampled for a batch, with what a gradient needs to reach the generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from claim_aug.adapters.arrays import is_meta
from claim_aug.adapters.batch import augment_elements, collated, data_of, keys_of, with_data
from claim_aug.adapters.keys import Keys
from claim_aug.adapters.scan import Scan, Written
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.painting import PaintedWindows
from claim_aug.generators.diffusion.samplers import STEPS
from claim_aug.joint.composite import ScarVoxels
from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.estimate import NOISE_LEVELS, Estimate, LastSteps, OneStep
from claim_aug.joint.generator import LearningGenerator
from claim_aug.plugins.loader import load_plugins
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer

#: Samplers that call the network once a step.
PLAIN = ("ddim", "dpm++")


@dataclass(frozen=True)
class SyntheticBatch:
    """A batch with generated scars.

    Attributes:
        batch: batch with scars, as the user will have it.
        real: batch as it came.
        keys: names of the batch's image and label map.
        mask: new scar, (B, 1, *grid): 1 infarct, 2 MVO.
        chosen: indices of the elements that got a scar.
        scans: elements as they came.
        voxels: voxels of new scar with a gradient; ``None`` where none was asked for or no scar was placed.
        rng: source of all other randomness of this step.
    """

    batch: dict[str, Any]
    real: Mapping[str, Any]
    keys: Keys
    mask: Tensor
    chosen: list[int]
    scans: list[Scan]
    voxels: ScarVoxels | None
    rng: np.random.Generator

    @property
    def image(self) -> Tensor:
        """Images with scar, (B, C, *grid)."""
        return tensor_of(self.batch[self.keys.image])

    @property
    def label(self) -> Tensor:
        """Label maps with scar, (B, 1, *grid)."""
        return tensor_of(self.batch[self.keys.label])

    def without(self, missed: Tensor) -> SyntheticBatch:
        """The same batch with the elements real again for which ``missed``, (B,), holds."""
        batch = dict(self.batch)
        for key in (self.keys.image, self.keys.label):
            data = data_of(batch[key]).clone()
            here = missed.to(data.device)
            data[here] = tensor_of(self.real[key])[here]
            batch[key] = with_data(batch[key], data)
        return replace(self, batch=batch, chosen=[one for one in self.chosen if not missed[one]])


@dataclass(frozen=True)
class BatchSampler:
    """Samples scars for batches.

    Attributes:
        synthesizer: synthesizer of the user, whose prior, label scheme and options are used.
        learner: generator that learns, in place of the synthesizer's.
        curriculum: burden by step; ``None`` leaves the synthesizer's own.
        grad_steps: number of the sampler's last steps that the gradient goes through; 0 for a one-step estimate.
        p: probability of a scar for each element, 0-1.
        image_key: entry that holds the images; ``None`` finds it by its usual names.
        label_key: entry that holds the labels; ``None`` finds it by its usual names.

    Raises:
        InputError: more steps with a gradient than the sampler has, or a curriculum for a prior without a burden.
    """

    synthesizer: ScarSynthesizer
    learner: LearningGenerator
    curriculum: Curriculum | None
    grad_steps: int
    p: float
    image_key: str | None
    label_key: str | None

    def __post_init__(self) -> None:
        if self.grad_steps and self.learner.generator.sampler not in PLAIN:
            got = self.learner.generator.sampler
            msg = f"grad_steps needs one of the samplers {', '.join(PLAIN)}, got {got!r}; say 0"
            raise InputError(msg)
        if not 0 <= self.grad_steps <= self.steps:
            msg = f"grad_steps needs to be within 0-{self.steps}, the steps of the sampler, got {self.grad_steps}"
            raise InputError(msg)
        self.synthesizer_at(0, self.learner)

    @property
    def steps(self) -> int:
        """Number of steps of the sampler."""
        return self.learner.generator.steps or STEPS

    def synthesizer_at(self, step: int, learner: LearningGenerator) -> ScarSynthesizer:
        """The synthesizer of a step: with a generator that learns, and the curriculum's burden."""
        own, prior = self.synthesizer, self.synthesizer.prior
        taken = load_plugins().priors.get(prior).parameters() if isinstance(prior, str) else []
        options = {name: value for name, value in own.options.items() if name in taken}
        if self.curriculum is not None:
            options["burden"] = self.curriculum.burden(step)
        return ScarSynthesizer(prior, learner, labels=own.labels, existing=own.existing, **options)

    def __call__(self, batch: Mapping[str, Any], seed: int, step: int, *, gradient: bool) -> SyntheticBatch:
        """A batch with scars of this step.

        Args:
            batch: batch as ``augment_batch`` takes it, of tensors.
            seed: seed of the whole batch.
            step: number of updates that the generator has had, from 0.
            gradient: whether the scars need a gradient to the network.

        Raises:
            InputError: a batch that ``augment_batch`` does not take, or that holds no tensors.
        """
        keys = keys_of(batch, self.image_key, self.label_key, unusable="keep")
        images, _ = tensors_of(batch, keys)
        rng = np.random.default_rng((seed, 1))
        learner = replace(self.learner, estimate=self.estimate(rng) if gradient else None)
        learner.module.eval()  # a framework may have put all that it holds into training mode
        done = augment_elements(self.synthesizer_at(step, learner), batch, keys, p=self.p, seed=seed)
        return SyntheticBatch(
            batch=done.batch,
            real=batch,
            keys=keys,
            mask=tensor_of(collated([one.mask for one in done.written])),
            chosen=[number for number, one in enumerate(done.written) if one.sample is not None],
            scans=done.scans,
            voxels=voxels_of(done.written, images),
            rng=rng,
        )

    def estimate(self, rng: np.random.Generator) -> Estimate:
        """The way to a gradient in this step."""
        if self.grad_steps:
            return LastSteps(self.grad_steps, self.steps)
        return OneStep(float(rng.uniform(*NOISE_LEVELS)))


def tensors_of(batch: Mapping[str, Any], keys: Keys) -> tuple[Tensor, Tensor]:
    """Images (B, C, *grid) and label maps (B, 1, *grid) of a batch.

    Raises:
        InputError: entries that hold no tensors, or tensors of other shapes.
    """
    images, labels = (tensor_of(entry) for entry in keys.fetch(batch))
    if not 4 <= images.ndim == labels.ndim:
        shapes = f"{tuple(images.shape)} and {tuple(labels.shape)}; [:, None] adds an axis"
        msg = f"joint training needs images (B, C, *grid) and labels (B, 1, *grid), got {shapes}"
        raise InputError(msg)
    return images, labels


def voxels_of(written: list[Written], images: Tensor) -> ScarVoxels | None:
    """The voxels of new scar whose windows have a gradient."""
    painted = {
        number: [own.windows for own in one.sample.renderings if isinstance(own.windows, PaintedWindows)]
        for number, one in enumerate(written)
        if isinstance(one.sample, ScarSample)
    }
    return ScarVoxels.from_windows(painted, images.shape) if any(painted.values()) else None


def tensor_of(entry: Any) -> Tensor:
    """The tensor of an entry, without metadata.

    Raises:
        InputError: an entry that holds no tensor.
    """
    value = data_of(entry)
    if not isinstance(value, Tensor):
        msg = f"joint training needs batches of tensors, got {type(value).__name__}; torch.from_numpy makes them"
        raise InputError(msg)
    return value.as_tensor() if is_meta(value) else value  # type: ignore[attr-defined]
