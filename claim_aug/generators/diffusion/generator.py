"""``ddpm`` and ``latent``: scar sampled from a lesion-diffusion model."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.errors import InputError
from claim_aug.generators.base import Rendering, RenderJob
from claim_aug.generators.diffusion import control
from claim_aug.generators.diffusion.folder import KIND, read_model
from claim_aug.generators.diffusion.model import LesionDiffusion, Sampler
from claim_aug.generators.diffusion.samplers import SAMPLERS
from claim_aug.generators.diffusion.window import Slice, look, put_back, take_slice
from claim_aug.measures.remote import remote_myocardium
from claim_aug.measures.tissue import Tissue, measure
from claim_aug.optimisation.device import autocast, find_device
from claim_aug.priors import ScarMask
from claim_aug.priors.ranges import Range, check_range, draw

#: Slices that go through the network together.
BATCH = 8
#: In SD above remote: 2 is the faintest that any rule calls scar, 60 the brightest of EMIDEC.
BRIGHTNESS_SD = (2.0, 60.0)
SHIPPED = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class DiffusionParameters:
    """What is drawn for one scar.

    Attributes:
        donor: the training patient whose brightness it gets; ``None`` where another source was asked for.
        brightness: height above remote as a multiple of blood above remote, where it was asked for in SD.
        histograms: one for each slice with scar, in their order.
        seeds: of each of these slices' noise.
    """

    donor: int | None
    brightness: float | None
    histograms: tuple[tuple[float, ...], ...]
    seeds: tuple[int, ...]


class DiffusionGenerator:
    """Samples scar, slice by slice, from a model that sees the slice without it.

    Args:
        model: folder of a model, as ``claim-aug train`` writes it; by default the one that comes with the package.
        sampler: ``"ddim"``, ``"dpm++"``, or ``"repaint"``, which is slow.
        steps: of the sampler, 1-1000; by default 12, of ``repaint`` 300.
        brightness_sd: mean of the infarct in SD above remote, 2-60; a number, a pair, or ``None`` to draw the
            histogram of a training patient.
        histogram: 16 numbers, the control histogram itself; ``"none"`` lets the model choose.
        guidance: how much the histogram counts, 0-5; other than 1 doubles the time.
        device: ``"cpu"``, ``"cuda"``, ...; the fastest there is where not given.
        compile: whether to hand the network to ``torch.compile``; pays off over hundreds of slices.

    Raises:
        InputError: a folder that cannot be read, an unknown sampler or device, a value out of range.
    """

    #: Too slow for the worker of a data loader.
    main_process_only = True
    kind = "ddpm"
    shipped: Path | None = SHIPPED

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        sampler: str = "ddim",
        steps: int | None = None,
        brightness_sd: Range = None,
        histogram: ArrayLike | str | None = None,
        guidance: float = 1.0,
        device: str | None = None,
        compile: bool = False,
    ) -> None:
        if sampler not in SAMPLERS:
            msg = f"sampler needs to be one of {', '.join(SAMPLERS)}, got {sampler!r}"
            raise InputError(msg)
        if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= 1000):
            msg = f"steps needs to be a whole number within 1-1000, got {steps!r}"
            raise InputError(msg)
        if brightness_sd is not None and histogram is not None:
            msg = "brightness_sd and histogram clash: both say how bright the scar is; give one of them"
            raise InputError(msg)
        self.brightness_sd = check_range("brightness_sd", brightness_sd, *BRIGHTNESS_SD)
        self.histogram = histogram if histogram is None or isinstance(histogram, str) else control.given(histogram)
        if isinstance(histogram, str) and histogram != "none":
            msg = f"histogram needs {control.BINS} numbers or 'none', got {histogram!r}"
            raise InputError(msg)
        level = check_range("guidance", guidance, 0, 5)
        if not isinstance(level, float):
            msg = f"guidance needs a number within 0-5, got {guidance!r}"
            raise InputError(msg)
        self.guidance = level
        folder = model or self.shipped
        if folder is None:
            msg = (
                f"generator {self.kind!r} needs a model: {KIND.advice} --generator {self.kind} and say {self.kind}:OUT"
            )
            raise InputError(msg)
        self.model, self.sampler, self.steps, self.compile = str(Path(folder).absolute()), sampler, steps, compile
        self.device = str(find_device(device))
        # A wrong folder is an error now; the network itself stays with the process, not with the object.
        found = self.network().config.kind
        if found != self.kind:
            msg = f"{folder} holds a model of the kind {found!r}; say {found}:{folder}"
            raise InputError(msg)

    def network(self) -> LesionDiffusion:
        """The model, read once per process."""
        return read_model(self.model, self.device, self.compile)

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Sample one scan's scar."""
        return self.render_many([RenderJob(image, mask, anatomy, rng)])[0]

    def render_many(self, jobs: Sequence[RenderJob]) -> list[Rendering]:
        """Sample many scans' scars, their slices in batches; what shares a batch does not change a result."""
        model = self.network()
        scans = [self.prepare(job, model) for job in jobs]
        work = [
            (piece, control_of, seed)
            for _, pieces, drawn in scans
            for piece, control_of, seed in zip(pieces.values(), drawn.histograms, drawn.seeds, strict=True)
        ]
        pictures: list[NDArray[np.float32]] = []
        for start in range(0, len(work), BATCH):
            pictures += self.sample_batch(model, work[start : start + BATCH])
        painted = iter(pictures)
        about = {"generator": self.kind, "sampler": self.sampler, "model": Path(self.model).name}
        return [
            Rendering(paste(job, tissue, pieces, painted), asdict(drawn) | about)
            for job, (tissue, pieces, drawn) in zip(jobs, scans, strict=True)
        ]

    def prepare(self, job: RenderJob, model: LesionDiffusion) -> tuple[Tissue, dict[int, Slice], DiffusionParameters]:
        """The slices with scar, by index, and what is drawn for them."""
        tissue = measure(job.image, job.anatomy)
        window = {"spacing": model.config.spacing, "size": model.config.size}
        pieces = {
            int(index): take_slice(job.image, job.mask, job.anatomy, tissue, int(index), **window)  # type: ignore[arg-type]
            for index in np.flatnonzero(job.mask.scar.any(job.anatomy.orientation.in_plane))
        }
        return tissue, pieces, self.sample_parameters(job, tissue, pieces, model)

    def sample_parameters(
        self, job: RenderJob, tissue: Tissue, pieces: dict[int, Slice], model: LesionDiffusion
    ) -> DiffusionParameters:
        """How bright the scar is to be, and the seeds of its noise."""
        assert model.controls is not None
        seeds = tuple(int(seed) for seed in job.rng.integers(2**62, size=len(pieces)))
        if self.histogram is not None:
            one = control.NONE if isinstance(self.histogram, str) else self.histogram
            return DiffusionParameters(None, None, (tuple(one.tolist()),) * len(pieces), seeds)
        if self.brightness_sd is not None:
            level = draw(self.brightness_sd, lambda _: 0.0, job.rng)
            remote = remote_myocardium(job.image, job.anatomy)
            sd = remote.sd if remote is not None and remote.sd else tissue.noise
            height = level * sd / float(np.median(tissue.contrast))
            return DiffusionParameters(None, height, (tuple(control.around(height).tolist()),) * len(pieces), seeds)
        donor = model.controls.draw(float(np.median(tissue.noise / tissue.contrast)), job.rng)
        pixel = float(np.prod([job.anatomy.spacing[axis] for axis in job.anatomy.orientation.in_plane]))
        found = (model.controls.of(donor, float(piece.scar.sum()) * pixel) for piece in pieces.values())
        return DiffusionParameters(donor, None, tuple(tuple(one.tolist()) for one in found), seeds)

    def sample_batch(
        self, model: LesionDiffusion, work: Sequence[tuple[Slice, tuple[float, ...], int]]
    ) -> list[NDArray[np.float32]]:
        """Windows with new scar, (size, size) each, in the network's units."""
        device = model.alphas.device
        windows = [look(piece) for piece, _, _ in work]
        picture = torch.from_numpy(np.stack([image for image, _ in windows])[:, None]).to(device)
        masks = torch.from_numpy(np.stack([layers for _, layers in windows])).to(device)
        histogram = torch.tensor([one for _, one, _ in work], dtype=torch.float32, device=device)
        steps = {} if self.steps is None else {"steps": self.steps}
        sampler = functools.partial(SAMPLERS[self.sampler], **steps)

        with autocast(device):
            found = self.paint(model, picture, masks, histogram, sampler, streams([seed for _, _, seed in work]))
        return list(found[:, 0].cpu().numpy())

    def paint(
        self,
        model: LesionDiffusion,
        picture: torch.Tensor,
        masks: torch.Tensor,
        histogram: torch.Tensor,
        sampler: Sampler,
        noise: Callable[[tuple[int, ...]], torch.Tensor],
    ) -> torch.Tensor:
        """Pictures with new scar, (B, 1, size, size), as ``LesionDiffusion.sample`` gives them."""
        return model.sample(picture, masks, histogram, sampler, noise, guidance=self.guidance)


def streams(seeds: Sequence[int]) -> Callable[[tuple[int, ...]], torch.Tensor]:
    """Noise for a batch, each sample's from its own seed, on the CPU: no device and no neighbour changes it."""
    rngs = [np.random.default_rng(seed) for seed in seeds]

    def noise(shape: tuple[int, ...]) -> torch.Tensor:
        return torch.from_numpy(np.stack([rng.standard_normal(shape[1:], dtype=np.float32) for rng in rngs]))

    return noise


def paste(job: RenderJob, tissue: Tissue, pieces: dict[int, Slice], painted: Any) -> NDArray[np.float64]:
    """The region with new scar in it, in the scan's own units."""
    result = job.image.copy()
    planes = in_plane(result, job.anatomy)
    contrast = tissue.contrast
    for index, piece in pieces.items():
        planes[index][piece.scar] = tissue.remote[index] + contrast[index] * put_back(next(painted), piece)
    return result


class LatentGenerator(DiffusionGenerator):
    """``latent``: the same in the codes of a small autoencoder; none comes with the package."""

    kind = "latent"
    shipped = None
