"""The border to backends, of whatever plugin: they get arrays that they cannot write into, and are held to contract.

Whatever a backend raises or hands back, what comes of it is a sample that is right or one error that names the backend
and where it is from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.data.provenance import plain
from claim_aug.errors import EmptyScarError, PluginError
from claim_aug.generators import Rendering, RenderJob, ScarGenerator
from claim_aug.generators.base import Heals, render_all
from claim_aug.generators.healing import heal
from claim_aug.measures.remote import Image
from claim_aug.plugins.guard import naming_whatever_is_raised
from claim_aug.priors import MaskPrior, ScarMask

#: How far beyond the scan's own darkest and brightest voxel a scar may be painted, in multiples of their difference.
BEYOND = 10.0


@dataclass(frozen=True)
class Border:
    """One backend as seen from here.

    Attributes:
        backend: prior or generator.
        who: name of the backend in an error, with its plugin and distribution.
    """

    backend: Any
    who: str

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """A scar of the prior, held to its contract.

        Raises:
            EmptyScarError: a scar without a voxel.
            PluginError: a prior that breaks its contract, or fails.
        """
        prior: MaskPrior = self.backend
        with naming_whatever_is_raised(self.who):
            mask = prior.sample(read_only(anatomy), rng)
            wrong = wrong_mask(mask, anatomy)
            own = None if wrong else copy_of(mask)
        if own is None:
            raise self.broken(str(wrong))
        if not own.scar.any():
            msg = "the prior drew an empty scar; ask for a larger burden or other segments"
            raise EmptyScarError(msg)
        return own

    def render(self, jobs: Sequence[RenderJob]) -> list[Rendering]:
        """Renderings of the generator, one for each job, held to their contract.

        Raises:
            PluginError: a generator that breaks its contract, or fails.
        """
        generator: ScarGenerator = self.backend
        with naming_whatever_is_raised(self.who):
            given = [replace(job, **guarded(job)) for job in jobs]
            renderings = list(render_all(generator, given))
            wrong = f"{len(renderings)} renderings came for {len(jobs)} scars" if len(renderings) != len(jobs) else None
            wrong = wrong or next(filter(None, map(wrong_rendering, renderings, jobs)), None)
        if wrong:
            raise self.broken(wrong)
        return renderings

    def heal(self, image: NDArray[np.float64], anatomy: LVAnatomy, region: Mask, rng: np.random.Generator) -> Image:
        """The image with a region of its wall healed: by the generator where it can, else by the wall beside it.

        Raises:
            PluginError: a generator that breaks its contract, or fails.
        """
        if not isinstance(self.backend, Heals):
            return heal(image, anatomy, region, rng)
        with naming_whatever_is_raised(self.who):
            healed = self.backend.heal(locked(image), read_only(anatomy), locked(region), rng)
            job = RenderJob(image, ScarMask(region, np.zeros_like(region)), anatomy, rng)
            wrong = wrong_rendering(Rendering(healed), job)
        if wrong:
            raise self.broken(f"of healing, {wrong}")
        return np.where(region, healed, image)

    def broken(self, what: str) -> PluginError:
        """The error of a backend that handed back what it may not."""
        return PluginError(f"{self.who} broke its contract: {what}; nothing was made of it")


def read_only(anatomy: LVAnatomy) -> LVAnatomy:
    """The same ventricle in arrays that cannot be written into."""
    layers: dict[str, Any] = {
        name: locked(value) for name, value in vars(anatomy).items() if isinstance(value, np.ndarray)
    }
    return replace(anatomy, **layers)


def guarded(job: RenderJob) -> dict[str, Any]:
    """The parts of a job in arrays that cannot be written into."""
    mask = job.mask
    grey = None if mask.grey_zone is None else locked(mask.grey_zone)
    return {
        "image": locked(job.image),
        "mask": replace(mask, infarct=locked(mask.infarct), mvo=locked(mask.mvo), grey_zone=grey),
        "anatomy": read_only(job.anatomy),
    }


def locked(array: NDArray[Any]) -> NDArray[Any]:
    """A view of an array that cannot be written into."""
    view = array.view()
    view.flags.writeable = False
    return view


def copy_of(mask: ScarMask) -> ScarMask:
    """The mask in arrays of its own: what a prior keeps of it must not be able to change it later."""
    grey = None if mask.grey_zone is None else np.array(mask.grey_zone)
    return ScarMask(np.array(mask.infarct), np.array(mask.mvo), dict(mask.params), mask.note, grey)


def wrong_mask(mask: ScarMask, anatomy: LVAnatomy) -> str | None:
    """How a mask breaks the contract of a prior; ``None`` where it does not."""
    if not isinstance(mask, ScarMask):
        return f"it gave {article(mask)} and not a ScarMask"
    parts: dict[str, Mask] = {"infarct": mask.infarct, "mvo": mask.mvo}
    if mask.grey_zone is not None:
        parts["grey_zone"] = mask.grey_zone
    for name, part in parts.items():
        if not isinstance(part, np.ndarray) or part.dtype != np.bool_ or part.shape != anatomy.wall.shape:
            found = f"{part.dtype} of {part.shape}" if isinstance(part, np.ndarray) else article(part)
            return f"{name} needs to be a boolean array of {anatomy.wall.shape}, it is {found}"
    if (mask.infarct & mask.mvo).any():
        return "infarct and MVO need to be disjoint"
    outside = int((mask.scar & ~anatomy.healthy).sum())
    if outside:
        return f"infarct and MVO need to be within anatomy.healthy, {outside} voxels are not"
    if mask.grey_zone is not None and (mask.grey_zone & ~mask.infarct).any():
        return "the grey zone needs to be part of the infarct"
    if wrong := wrong_params(mask.params):
        return wrong
    if mask.note is not None and not isinstance(mask.note, str):
        return f"note needs to be text or None, it is {article(mask.note)}"
    return None


def wrong_rendering(rendering: Rendering, job: RenderJob) -> str | None:
    """How a rendering breaks the contract of a generator; ``None`` where it does not."""
    if not isinstance(rendering, Rendering):
        return f"it gave {article(rendering)} and not a Rendering"
    image = rendering.image
    if not isinstance(image, np.ndarray) or image.dtype.kind not in "iuf" or image.shape != job.image.shape:
        found = f"{image.dtype} of {image.shape}" if isinstance(image, np.ndarray) else article(image)
        return f"image needs to be an array of real numbers of {job.image.shape}, it is {found}"
    if wrong := wrong_params(rendering.params):
        return wrong
    painted, before = image[job.mask.scar], job.image[job.mask.scar]
    bad = int((~np.isfinite(painted)).sum())
    if bad:
        return f"{bad} voxels of the scar are NaN or infinite"
    low, high = float(job.image.min()), float(job.image.max())
    room = BEYOND * (high - low)
    if painted.min() < low - room or painted.max() > high + room:
        span = f"{painted.min():.4g} to {painted.max():.4g}"
        return f"the scar has intensities of {span}, the scan has {low:.4g} to {high:.4g}"
    if (painted == before).all():
        return "the scar looks as the wall did: no voxel of it changed"
    return None


def wrong_params(params: Mapping[str, Any]) -> str | None:
    """How parameters cannot be written into a sidecar; ``None`` where they can."""
    if not isinstance(params, Mapping):
        return f"params needs to be a dictionary, it is {article(params)}"
    try:
        json.dumps(plain(dict(params)), allow_nan=False)
    except ValueError:
        return "params holds NaN or an infinity, which JSON does not have"
    return None


def article(thing: object) -> str:
    """What something is, in words."""
    return "None" if thing is None else f"a {type(thing).__name__}"
