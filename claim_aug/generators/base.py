"""What a generator is, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.priors import ScarMask


@dataclass(frozen=True)
class Rendering:
    """New intensities of the region, and how they were drawn.

    Attributes:
        image: intensities of the region, (I, J, K), float; only those of the scar's voxels are used.
        params: parameters that were drawn, ready for JSON.
        windows: windows with a gradient that the scar was pasted from, the ``PaintedWindows`` of a diffusion generator
            that learns; ``None`` of every other generator.

    Example:
        >>> import numpy as np
        >>> Rendering(np.full((4, 4, 2), 300.0), {"generator": "flat"})
        Rendering((4, 4, 2), generator='flat')
    """

    image: NDArray[np.floating[Any]]
    params: Mapping[str, Any] = field(default_factory=dict)
    windows: object | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Rendering({self.image.shape}, generator={self.params.get('generator', '?')!r})"


@dataclass(frozen=True)
class RenderJob:
    """One channel of a scan whose scar is rendered; attributes as the arguments of ``ScarGenerator.render``."""

    image: NDArray[np.float64]
    mask: ScarMask
    anatomy: LVAnatomy
    rng: np.random.Generator


class ScarGenerator(Protocol):
    """Decides what scar looks like. One object serves many scans: it keeps nothing of a scan and no random state.

    Optional abilities are protocols of their own: ``RendersMany``, ``Heals``, and ``MainProcessOnly`` of
    ``adapters.workers``.

    Example:
        >>> import numpy as np
        >>> from claim_aug import Rendering, ScarSynthesizer
        >>> from claim_aug.phantom import make_phantom
        >>> class Flat:
        ...     def render(self, image, mask, anatomy, rng):
        ...         return Rendering(np.full_like(image, image[anatomy.cavity].mean()), {"generator": "flat"})
        >>> scan = make_phantom(1, scar=False, shape=(80, 80, 4))
        >>> sample = ScarSynthesizer(generator=Flat(), labels="phantom").sample(scan.image, scan.labels, seed=0)
        >>> len(np.unique(sample.image[sample.infarct]))
        1
    """

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Intensities for the voxels of a scar.

        Args:
            image: intensities of the anatomy's region, (I, J, K), in the scan's units.
            mask: scar to paint, masks of the region, (I, J, K).
            anatomy: ventricle of the scan, without scar that was healed.
            rng: source of all randomness.
        """
        ...


@runtime_checkable
class RendersMany(Protocol):
    """A generator that is quicker on many scans at once."""

    def render_many(self, jobs: Sequence[RenderJob]) -> Sequence[Rendering]:
        """A rendering for each job, equal to what ``render`` gives of it."""
        ...


@runtime_checkable
class Heals(Protocol):
    """A generator that paints remote myocardium, too; without it, old scar is healed by the wall beside it."""

    def heal(
        self, image: NDArray[np.float64], anatomy: LVAnatomy, region: Mask, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Intensities for wall that is to look as if it had never had a scar, (I, J, K); used inside ``region`` only.

        Args:
            image: intensities of the anatomy's region, (I, J, K), in the scan's units.
            anatomy: ventricle of the scan, with the scar to be healed.
            region: mask of the wall to be painted, (I, J, K).
            rng: source of all randomness.
        """
        ...


def render_all(generator: ScarGenerator, jobs: Sequence[RenderJob]) -> list[Rendering]:
    """Every job rendered: together where the generator can, else one by one."""
    if isinstance(generator, RendersMany):
        return list(generator.render_many(jobs))
    return [generator.render(job.image, job.mask, job.anatomy, job.rng) for job in jobs]
