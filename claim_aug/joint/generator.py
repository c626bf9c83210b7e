"""A diffusion generator that learns: it paints with a network of its own, and its windows may have a gradient."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.generators.base import Rendering, RenderJob
from claim_aug.generators.diffusion.generator import DiffusionGenerator
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.painting import DiffusionParameters, PaintTask
from claim_aug.generators.diffusion.window import Slice
from claim_aug.joint.estimate import Estimate, without_gradient
from claim_aug.measures.tissue import Tissue
from claim_aug.priors import ScarMask
from claim_aug.synthesizer import ScarSynthesizer


@dataclass(frozen=True)
class LearningGenerator:
    """Paints as a diffusion generator does, with a copy of its network.

    Attributes:
        generator: diffusion generator whose settings are used; its own network, which others may share, stays as it is.
        module: network that learns.
        estimate: function to windows with a gradient; ``None`` paints without one.
    """

    generator: DiffusionGenerator
    module: LesionDiffusion
    estimate: Estimate | None = None

    @classmethod
    def from_synthesizer(cls, synthesizer: ScarSynthesizer) -> LearningGenerator:
        """A generator that learns in place of the synthesizer's.

        Raises:
            InputError: a synthesizer whose generator is no diffusion generator.
        """
        generator = synthesizer.backends[1]
        if not isinstance(generator, DiffusionGenerator):
            msg = (
                "joint training needs a diffusion generator, which has a network to train: "
                f"ScarSynthesizer(generator='ddpm') or 'latent:FOLDER', got {synthesizer.generator!r}"
            )
            raise InputError(msg)
        module = copy.deepcopy(generator.network()).requires_grad_(True)
        if module.codec is not None:  # the codes stay what they are; the diffusion in them learns
            module.codec.requires_grad_(False)
        return cls(generator, module)

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Sample one scan's scar."""
        return self.render_many([RenderJob(image, mask, anatomy, rng)])[0]

    def render_many(self, jobs: Sequence[RenderJob]) -> list[Rendering]:
        """Sample many scans' scars; with an estimate, renderings carry their windows."""
        return self.generator.render_with(self.module, jobs, self.paint, self.sample_parameters)

    def sample_parameters(
        self, job: RenderJob, tissue: Tissue, slices: Mapping[int, Slice], model: LesionDiffusion
    ) -> DiffusionParameters:
        """As the generator's, with the brightness left to the network: light that is given back however dim it paints
        would keep every gradient from it."""
        return replace(self.generator.sample_parameters(job, tissue, slices, model), brightness_ratio=None)

    def paint(self, model: LesionDiffusion, task: PaintTask) -> tuple[Tensor, Tensor | None]:
        """Windows to paste, (B, 1, size, size), and the same with a gradient."""
        if self.estimate is not None:
            return self.estimate(model, task)
        with without_gradient():
            return model.sample(task), None
