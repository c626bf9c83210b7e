"""What a generator is, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.priors import ScarMask

if TYPE_CHECKING:
    from claim_aug.generators.diffusion.painting import PaintedWindows


@dataclass(frozen=True)
class Rendering:
    """New intensities of the region, and how they were drawn.

    Attributes:
        image: float, (I, J, K) of the region; only the voxels of the scar are used.
        params: the parameters that were drawn, ready for JSON.
        windows: windows with a gradient that the scar was pasted from, of a diffusion generator that learns.
    """

    image: NDArray[np.floating[Any]]
    params: Mapping[str, Any] = field(default_factory=dict)
    windows: PaintedWindows | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class RenderJob:
    """One scan's scar to render: the arguments of ``ScarGenerator.render``."""

    image: NDArray[np.float64]
    mask: ScarMask
    anatomy: LVAnatomy
    rng: np.random.Generator


class ScarGenerator(Protocol):
    """Decides what scar looks like. One object serves many scans: it holds no state of a scan and no generator.

    A generator that is quicker on many scans at once may also have ``render_many(jobs)``, from a sequence of
    ``RenderJob`` to a list of ``Rendering``, equal to what ``render`` gives of each. One that is too slow for the
    worker of a data loader says so with ``main_process_only = True``.
    """

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Intensities for the voxels of ``mask``, given the image of the region, (I, J, K)."""
        ...


def render_all(generator: ScarGenerator, jobs: Sequence[RenderJob]) -> list[Rendering]:
    """Every job rendered: together where the generator can, else one by one."""
    many = getattr(generator, "render_many", None)
    if many is not None:
        return list(many(jobs))
    return [generator.render(job.image, job.mask, job.anatomy, job.rng) for job in jobs]


def to_dtype(values: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Rounded and clipped into an integer dtype, or cast to a float one."""
    if dtype.kind == "f":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
