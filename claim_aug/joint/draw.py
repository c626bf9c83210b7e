"""Scars drawn for a batch, with what a gradient needs to reach the generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from claim_aug.adapters.arrays import is_meta
from claim_aug.adapters.batch import affines_of, augment_batch, data_of, keys_of, with_data
from claim_aug.adapters.keys import Keys
from claim_aug.adapters.scan import NO_PARAMETERS, Scan
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.samplers import STEPS
from claim_aug.joint.composite import Places, places_of
from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.estimate import LEVELS, Estimate, LastSteps, OneStep
from claim_aug.joint.generator import LearningGenerator
from claim_aug.synthesizer import ScarSynthesizer

#: Entries that a batch has while it is worked on.
MASK, PARAMETERS = "claim_aug_mask", "claim_aug_parameters"
#: Samplers that call the network once a step.
PLAIN = ("ddim", "dpm++")


@dataclass(frozen=True)
class Drawn:
    """A batch with scars.

    Attributes:
        batch: as the user will have it.
        real: as it came.
        keys: its image and label map.
        mask: new scar, (B, 1, *grid): 1 infarct, 2 MVO.
        chosen: the elements that got a scar.
        scans: the elements as they came.
        pictures, places: windows with a gradient and where they go; ``None`` where none was asked for or placed.
        rng: for what else is drawn.
    """

    batch: dict[str, Any]
    real: Mapping[str, Any]
    keys: Keys
    mask: Tensor
    chosen: list[int]
    scans: list[Scan]
    pictures: Tensor | None
    places: Places | None
    rng: np.random.Generator

    @property
    def image(self) -> Tensor:
        """(B, C, *grid)."""
        return tensor_of(self.batch[self.keys.image])

    @property
    def label(self) -> Tensor:
        """(B, 1, *grid)."""
        return tensor_of(self.batch[self.keys.label])

    @property
    def changed(self) -> int:
        """How many elements have a new scar."""
        return len(self.chosen)

    def without(self, missed: Tensor) -> Drawn:
        """The same with the elements real again for which ``missed``, (B,), holds."""
        batch = dict(self.batch)
        for key in (self.keys.image, self.keys.label):
            data = data_of(batch[key]).clone()
            here = missed.to(data.device)
            data[here] = tensor_of(self.real[key])[here]
            batch[key] = with_data(batch[key], data)
        return replace(self, batch=batch, chosen=[one for one in self.chosen if not missed[one]])


@dataclass(frozen=True)
class Drawer:
    """Draws scars for batches.

    Attributes:
        synthesizer: of the user.
        learner: its generator, which learns.
        options: of its prior.
        curriculum, grad_steps, p, image_key, label_key: as in ``JointTrainer``.

    Raises:
        InputError: more steps with a gradient than the sampler has; a curriculum for a prior that takes no burden.
    """

    synthesizer: ScarSynthesizer
    learner: LearningGenerator
    options: dict[str, Any]
    curriculum: Curriculum | None
    grad_steps: int
    p: float
    image_key: str | None
    label_key: str | None

    def __post_init__(self) -> None:
        steps = self.learner.steps or STEPS
        if self.grad_steps and self.learner.sampler not in PLAIN:
            msg = f"grad_steps needs one of the samplers {', '.join(PLAIN)}, got {self.learner.sampler!r}; say 0"
            raise InputError(msg)
        if not 0 <= self.grad_steps <= steps:
            msg = f"grad_steps needs to be within 0-{steps}, the steps of the sampler, got {self.grad_steps}"
            raise InputError(msg)
        self.at(0)

    def at(self, step: int) -> ScarSynthesizer:
        """The synthesizer of a step: with the generator that learns, and the curriculum's burden."""
        options = self.options
        if self.curriculum is not None:
            options = options | {"burden": self.curriculum.burden(step)}
        prior = self.synthesizer.prior
        return ScarSynthesizer(
            prior, self.learner, labels=self.synthesizer.labels, existing=self.synthesizer.existing, **options
        )

    def __call__(self, batch: Mapping[str, Any], seed: int, step: int, *, gradient: bool) -> Drawn:
        """A batch with scars of this step.

        Raises:
            InputError: a batch that ``augment_batch`` does not take, or that holds no tensors.
        """
        keys = keys_of(batch, self.image_key, self.label_key)
        entry, label = keys.fetch(batch)
        images, labels = tensor_of(entry), tensor_of(label)
        if not 4 <= images.ndim == labels.ndim:
            shapes = f"{tuple(images.shape)} and {tuple(labels.shape)}; [:, None] adds an axis"
            msg = f"joint training needs images (B, C, *grid) and labels (B, 1, *grid), got {shapes}"
            raise InputError(msg)
        rng = np.random.default_rng((seed, 1))
        self.learner.module.eval()  # a host may have put all that it holds into training mode
        with self.learner.remembering(self.estimate(rng) if gradient else None) as record:
            done = augment_batch(
                self.at(step), batch, image_key=keys.image, label_key=keys.label, p=self.p, seed=seed,
                out_keys={"mask": MASK, "parameters": PARAMETERS}, unusable="keep",
            )  # fmt: skip
        mask = tensor_of(done.pop(MASK))
        chosen = [number for number, text in enumerate(done.pop(PARAMETERS)) if text != NO_PARAMETERS]
        pictures = torch.cat(record.pictures) if record.pictures else None
        places = None
        if pictures is not None:
            places = places_of(record.painted, chosen, images.shape, pictures.device)
        affines = affines_of(batch, entry, data_of(entry))
        scans = [Scan.of([one], its, affine) for one, its, affine in zip(images, labels, affines, strict=True)]
        return Drawn(done, batch, keys, mask, chosen, scans, pictures, places, rng)

    def estimate(self, rng: np.random.Generator) -> Estimate:
        """How a gradient is had, in this step."""
        if self.grad_steps:
            return LastSteps(self.grad_steps, self.learner.steps or STEPS)
        return OneStep(float(rng.uniform(*LEVELS)))


def tensor_of(entry: Any) -> Tensor:
    """The tensor of an entry, without metadata.

    Raises:
        InputError: it holds no tensor.
    """
    value = data_of(entry)
    if not isinstance(value, Tensor):
        msg = f"joint training needs batches of tensors, got {type(value).__name__}; torch.from_numpy makes them"
        raise InputError(msg)
    return value.as_tensor() if is_meta(value) else value  # type: ignore[attr-defined]
