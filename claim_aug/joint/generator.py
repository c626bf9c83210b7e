"""A diffusion generator that learns: with a network of its own, and a memory of what it painted."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from claim_aug.errors import InputError
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.generator import DiffusionGenerator, DiffusionParameters
from claim_aug.generators.diffusion.model import LesionDiffusion, Sampler
from claim_aug.generators.diffusion.window import Slice
from claim_aug.joint.composite import Painted
from claim_aug.joint.estimate import Estimate, Task, without_gradient
from claim_aug.measures.tissue import Tissue
from claim_aug.plugins.loader import load_plugins
from claim_aug.synthesizer import ScarSynthesizer


@dataclass
class Record:
    """What was painted, in its order, and the windows with their gradient, in batches of them."""

    painted: list[Painted] = field(default_factory=list)
    pictures: list[Tensor] = field(default_factory=list)


class LearningGenerator(DiffusionGenerator):
    """Paints as the generator that it is made of; its network is a copy, ready to be trained.

    Args:
        generator: what it is made of; its network, which others may share, stays as it is.
    """

    def __init__(self, generator: DiffusionGenerator) -> None:
        vars(self).update(vars(generator))
        self.kind = generator.kind
        self.module = copy.deepcopy(generator.network()).requires_grad_(True)
        if self.module.codec is not None:  # the codes stay what they are; the diffusion in them learns
            self.module.codec.requires_grad_(False)
        self.record: Record | None = None
        self.estimate: Estimate | None = None

    def network(self) -> LesionDiffusion:
        """The network that learns."""
        return self.module

    @contextmanager
    def remembering(self, estimate: Estimate | None) -> Iterator[Record]:
        """Keep a record of what is painted within; with ``estimate``, windows have a gradient."""
        self.record, self.estimate = Record(), estimate
        try:
            yield self.record
        finally:
            self.record = self.estimate = None

    def prepare(self, job: RenderJob, model: LesionDiffusion) -> tuple[Tissue, dict[int, Slice], DiffusionParameters]:
        """As a diffusion generator does, and remembered."""
        tissue, pieces, drawn = super().prepare(job, model)
        if self.record is not None:
            self.record.painted.append(Painted(job, tissue, pieces))
        return tissue, pieces, drawn

    def paint(
        self,
        model: LesionDiffusion,
        picture: Tensor,
        masks: Tensor,
        histogram: Tensor,
        sampler: Sampler,
        noise: Callable[[tuple[int, ...]], Tensor],
    ) -> Tensor:
        """As a diffusion generator does; where asked for, the same with a gradient is remembered."""
        if self.record is None or self.estimate is None:
            with without_gradient():
                return super().paint(model, picture, masks, histogram, sampler, noise)
        task = Task(picture, masks, histogram, sampler, noise, self.guidance)
        sampled, pictures = self.estimate(model, task)
        self.record.pictures.append(pictures)
        return sampled


def learning(synthesizer: ScarSynthesizer) -> tuple[LearningGenerator, dict[str, Any]]:
    """A generator that learns in place of the synthesizer's, and the options of its prior.

    Raises:
        InputError: its generator is no diffusion generator.
    """
    generator = synthesizer.backends[1]
    if not isinstance(generator, DiffusionGenerator):
        msg = (
            "joint training needs a diffusion generator, which has a network to train: "
            f"ScarSynthesizer(generator='ddpm') or 'latent:FOLDER', got {synthesizer.generator!r}"
        )
        raise InputError(msg)
    known = load_plugins().priors.get(synthesizer.prior).parameters() if isinstance(synthesizer.prior, str) else []
    options = {name: value for name, value in synthesizer.options.items() if name in known}
    return LearningGenerator(generator), options
