"""``ddpm`` and ``latent``: scar sampled from a lesion-diffusion model."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane
from claim_aug.errors import InputError
from claim_aug.generators.base import Rendering, RenderJob
from claim_aug.generators.diffusion import control_histogram
from claim_aug.generators.diffusion.folder import KIND, read_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.painting import (
    DiffusionParameters,
    PaintedWindows,
    PaintTask,
    PreparedJob,
    SliceTask,
)
from claim_aug.generators.diffusion.samplers import SAMPLERS
from claim_aug.generators.diffusion.threads import parted
from claim_aug.generators.diffusion.window import Slice, Window, take_slice
from claim_aug.generators.healing import heal as heal_by_wall
from claim_aug.measures.brightness import VISIBLE_SD
from claim_aug.measures.remote import remote_myocardium
from claim_aug.measures.tissue import Tissue, measure, per_slice
from claim_aug.optimisation.device import autocast, find_device
from claim_aug.priors import ScarMask
from claim_aug.priors.ranges import Range, check_range, draw

#: Slices that go through the network together.
BATCH = 8
#: Spread of remote myocardium, as a share of blood over remote, below which an image is no scan but a drawing.
SMALLEST_SD = 1e-3
#: In SD above remote, to the brightest of EMIDEC.
BRIGHTNESS_SD = (VISIBLE_SD, 60.0)
#: A histogram of fewer voxels of healthy wall says nothing; our default.
FEWEST_HEALTHY = 20
SHIPPED = Path(__file__).parent / "weights"
#: From a scan and the slices with scar to the parameters that are drawn for them.
SampleParameters = Callable[[RenderJob, Tissue, Mapping[int, Slice], LesionDiffusion], DiffusionParameters]
#: From a network and a batch to the windows to paste, (B, 1, size, size), and the same with a gradient, if any.
Paint = Callable[[LesionDiffusion, PaintTask], tuple[torch.Tensor, torch.Tensor | None]]


class DiffusionGenerator:
    """Samples scar, slice by slice, from a model that sees the slice without it.

    Args:
        model: folder of a model, as ``claim-aug train`` writes it; by default the one that comes with the package.
        sampler: name of the sampler: ``"ddim"``, ``"dpm++"``, or ``"repaint"``, which is slow.
        steps: number of steps of the sampler, 1-1000; 4 by default, 300 for ``repaint``.
        brightness_sd: mean of the infarct in SD above remote, 2-60; a number, a pair, or ``None`` to draw the
            histogram of a training patient.
        histogram: control histogram of every slice, 16 numbers from 0; ``"none"`` lets the model choose.
        guidance: weight of the control histogram, 0-5; anything but 1 doubles the time.
        device: device of PyTorch, such as ``"cpu"`` or ``"cuda"``; the fastest one by default.
        compile: whether the network is handed to ``torch.compile``, which pays off over hundreds of slices.

    Raises:
        InputError: a folder that cannot be read, an unknown sampler or device, or a value out of range.
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
        self.histogram = (
            histogram if isinstance(histogram, str | None) else control_histogram.check_histogram(histogram)
        )
        if isinstance(histogram, str) and histogram != "none":
            msg = f"histogram needs {control_histogram.BINS} numbers or 'none', got {histogram!r}"
            raise InputError(msg)
        strength = check_range("guidance", guidance, 0, 5)
        if not isinstance(strength, float):
            msg = f"guidance needs a number within 0-5, got {guidance!r}"
            raise InputError(msg)
        self.guidance = strength
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
        return self.render_with(self.network(), jobs, paint_alone)

    def heal(
        self, image: NDArray[np.float64], anatomy: LVAnatomy, region: Mask, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """The image with a region of its wall painted as remote myocardium: another value of the same histogram.

        A model that has not learnt remote leaves it to the wall beside.
        """
        model, nothing = self.network(), np.zeros_like(region)
        if not model.knows_remote:
            return heal_by_wall(image, anatomy, region, rng)
        heart = replace(anatomy, infarct=region, mvo=nothing)
        job = RenderJob(image, ScarMask(region, nothing), heart, rng)
        prepared = self.prepare(job, model, self.remote_parameters)
        painted = self.paint_slices(model, prepared.tasks, paint_alone)
        return prepared.paste(window for window, _ in painted)

    def render_with(
        self,
        model: LesionDiffusion,
        jobs: Sequence[RenderJob],
        paint: Paint,
        parameters: SampleParameters | None = None,
    ) -> list[Rendering]:
        """As ``render_many``, with a network and a way to paint of the caller's.

        Args:
            model: network that paints.
            jobs: scans and scars to render.
            paint: function that paints a batch; where it gives windows with a gradient, renderings carry them.
            parameters: function to what is drawn for a scan; ``sample_parameters`` by default.
        """
        prepared = [self.prepare(job, model, parameters or self.sample_parameters) for job in jobs]
        painted = self.paint_slices(model, [task for one in prepared for task in one.tasks], paint)
        return [self.rendering(one, list(itertools.islice(painted, len(one.slices)))) for one in prepared]

    def prepare(self, job: RenderJob, model: LesionDiffusion, parameters: SampleParameters) -> PreparedJob:
        """The slices with scar, by index, and the ``parameters`` that are drawn for them."""
        tissue = measure(job.image, job.anatomy)
        spacing, size = model.config.spacing, model.config.size
        slices = {
            int(index): take_slice(job.image, job.mask, job.anatomy, tissue, int(index), spacing=spacing, size=size)
            for index in np.flatnonzero(job.mask.scar.any(job.anatomy.orientation.in_plane))
        }
        return PreparedJob(job, tissue, slices, parameters(job, tissue, slices, model))

    def remote_parameters(
        self, job: RenderJob, tissue: Tissue, slices: Mapping[int, Slice], model: LesionDiffusion
    ) -> DiffusionParameters:
        """The control histograms of each slice's own healthy wall, of the stack's where it has none."""
        heart, across = job.anatomy, job.anatomy.orientation.through_plane
        above = (job.image - per_slice(tissue.remote, across, 3)) / per_slice(tissue.contrast, across, 3)
        planes, healthy = in_plane(above, heart), in_plane(heart.healthy, heart)
        own = {index: planes[index][healthy[index]] for index in slices}
        values = (here if here.size >= FEWEST_HEALTHY else above[heart.healthy] for here in own.values())
        return DiffusionParameters(
            None,
            None,
            tuple(tuple(control_histogram.histogram(one).tolist()) for one in values),
            *seeds_of(job, slices),
        )

    def sample_parameters(
        self, job: RenderJob, tissue: Tissue, slices: Mapping[int, Slice], model: LesionDiffusion
    ) -> DiffusionParameters:
        """How bright the scar is to be, and the seeds of its noise."""
        assert model.controls is not None
        noise = seeds_of(job, slices)
        if self.histogram is not None:
            one = control_histogram.NONE if isinstance(self.histogram, str) else self.histogram
            return DiffusionParameters(None, None, (tuple(one.tolist()),) * len(slices), *noise)
        if self.brightness_sd is not None:
            brightness_sd = draw(self.brightness_sd, lambda _: 0.0, job.rng)
            remote = remote_myocardium(job.image, job.anatomy)
            sd = remote.sd if remote is not None and remote.sd else tissue.noise
            contrast = float(np.median(tissue.contrast))
            if sd < SMALLEST_SD * contrast:
                msg = (
                    f"brightness_sd {brightness_sd:g} cannot be met: remote myocardium of this scan has hardly any "
                    f"spread ({sd:.3g}, blood lies {contrast:.3g} above it), so its SD says nothing; leave it away"
                )
                raise InputError(msg)
            ratio = brightness_sd * sd / contrast
            one = control_histogram.histogram_around(ratio)
            return DiffusionParameters(None, ratio, (tuple(one.tolist()),) * len(slices), *noise)
        patient = model.controls.draw(float(np.median(tissue.noise / tissue.contrast)), job.rng)
        pixel = float(np.prod([job.anatomy.spacing[axis] for axis in job.anatomy.orientation.in_plane]))
        areas = [float(slice_.scar.sum()) * pixel for slice_ in slices.values()]
        found = [model.controls.histogram_of(patient, area) for area in areas]
        means = [control_histogram.mean_of(one) for one in found]
        mean = float(np.average(means, weights=areas)) if means else None
        return DiffusionParameters(patient, mean, tuple(tuple(one.tolist()) for one in found), *noise)

    def paint_slices(
        self, model: LesionDiffusion, tasks: Sequence[SliceTask], paint: Paint
    ) -> Iterator[tuple[Window, torch.Tensor | None]]:
        """One window with new scar for each slice, (size, size) in the network's units, and the one with a gradient."""
        device = model.alphas.device
        learns = any(parameter.requires_grad for parameter in model.parameters())
        sampler = functools.partial(SAMPLERS[self.sampler], **({} if self.steps is None else {"steps": self.steps}))

        def painted(part: Sequence[SliceTask]) -> tuple[torch.Tensor, torch.Tensor | None]:
            with autocast(device):
                return paint(model, PaintTask.from_slices(part, sampler, self.guidance, device))

        for start in range(0, len(tasks), BATCH):
            batch = tasks[start : start + BATCH]
            for sampled, traced in [painted(batch)] if learns else parted(painted, batch, device):
                traces = [None] * len(sampled) if traced is None else list(traced)
                yield from zip(sampled[:, 0].cpu().numpy(), traces, strict=True)

    def rendering(self, prepared: PreparedJob, painted: Sequence[tuple[Window, torch.Tensor | None]]) -> Rendering:
        """A scan with its painted windows pasted in."""
        image = prepared.paste(window for window, _ in painted)
        traced = [window for _, window in painted if window is not None]
        about = {"generator": self.kind, "sampler": self.sampler, "model": Path(self.model).name}
        windows = PaintedWindows(prepared, torch.stack(traced)) if traced else None
        return Rendering(image, asdict(prepared.params) | about, windows)


def paint_alone(model: LesionDiffusion, task: PaintTask) -> tuple[torch.Tensor, None]:
    """Windows without a gradient."""
    return model.sample(task), None


def seeds_of(job: RenderJob, slices: Mapping[int, Slice]) -> tuple[tuple[int, ...], int]:
    """A seed for the noise of each slice, and one for the grain of all."""
    *seeds, grain_seed = (int(seed) for seed in job.rng.integers(2**62, size=len(slices) + 1))
    return tuple(seeds), grain_seed


class LatentGenerator(DiffusionGenerator):
    """``latent``: samples scar in the codes of a small autoencoder; no model comes with the package."""

    kind = "latent"
    shipped = None
