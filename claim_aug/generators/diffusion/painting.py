"""What a diffusion generator works on: a scan's slices, a batch of windows to paint, windows that were painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from claim_aug.anatomy.slices import in_plane
from claim_aug.generators.as_acquired import as_acquired, missing_grain, with_mean
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.samplers import Sampler
from claim_aug.generators.diffusion.window import Slice, Window, scar_intensity, window_of
from claim_aug.measures.remote import remote_myocardium
from claim_aug.measures.tissue import Tissue

#: Share of the brightness that was drawn that an infarct has at least. Painted again in their own masks, nine of ten of
#: EMIDEC's have 0.83 or more of it.
LEAST = 0.8
#: Likeness of the noise of neighbouring slices; with it the texture of their scar is as alike as EMIDEC's
#: (benchmarks/neighbours.py).
ALIKE = 0.8


@dataclass(frozen=True)
class DiffusionParameters:
    """What is drawn for one scar.

    Attributes:
        source_patient: number of the training patient whose brightness the scar gets; ``None`` where another source
            was asked for.
        brightness_ratio: mean of the infarct over remote as a multiple of blood over remote; ``None`` where it is left
            to the network.
        histograms: control histogram of each slice with scar, in the order of the slices.
        seeds: seed of the noise of each slice with scar, in the same order.
        grain_seed: seed of the noise that is the scan's own, which no window shows.
    """

    source_patient: int | None
    brightness_ratio: float | None
    histograms: tuple[tuple[float, ...], ...]
    seeds: tuple[int, ...]
    grain_seed: int


@dataclass(frozen=True)
class SliceTask:
    """One slice to be painted.

    Attributes:
        slice_: slice with scar to come.
        histogram: control histogram of the slice, ``BINS`` shares.
        seeds: seeds of the noise of the slices with scar that lead up to this one without a gap, its own the last.
    """

    slice_: Slice
    histogram: tuple[float, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class PreparedJob:
    """One channel of one scan with everything measured and drawn that its painting needs.

    Attributes:
        job: scan and scar to render.
        tissue: intensities of remote myocardium, blood and noise in the scan.
        slices: slices with scar by their index in the region.
        params: parameters drawn for the slices.
    """

    job: RenderJob
    tissue: Tissue
    slices: Mapping[int, Slice]
    params: DiffusionParameters

    @property
    def tasks(self) -> list[SliceTask]:
        """One task for each slice with scar, in their order."""
        found: list[SliceTask] = []
        stretch: tuple[int, ...] = ()
        before = None
        parts = zip(self.slices.items(), self.params.histograms, self.params.seeds, strict=True)
        for (index, slice_), histogram, seed in parts:
            stretch = (*stretch, seed) if before == index - 1 else (seed,)
            found.append(SliceTask(slice_, histogram, stretch))
            before = index
        return found

    def paste(self, windows: Iterable[Window]) -> NDArray[np.float64]:
        """The region with new scar in it, (I, J, K), in the scan's own units, from one window for each slice."""
        return self.acquired(self.paste_windows(windows))

    def paste_windows(self, windows: Iterable[Window]) -> NDArray[np.float64]:
        """The same as the windows show it, which know neither the scan's sharpness nor its noise."""
        result = self.job.image.copy()
        planes = in_plane(result, self.job.anatomy)
        for (index, slice_), window in zip(self.slices.items(), windows, strict=True):
            above = self.tissue.contrast[index] * scar_intensity(window, slice_)
            planes[index][slice_.scar] = self.tissue.remote[index] + above
        return result

    def acquired(self, plain: NDArray[np.float64]) -> NDArray[np.float64]:
        """A region with windows pasted in, (I, J, K), as bright as was drawn or asked for, and as grainy as the scan.

        Where the scan is finer than the windows, scar is as sharp as the scan, too. That costs its border light; a mean
        that was asked for is kept.
        """
        job, rng = self.job, np.random.default_rng(self.params.grain_seed)
        bright = self.as_bright(plain)
        if not self.finer_than_windows:
            return bright + missing_grain(bright, job.image, job.mask.scar, job.anatomy, rng)
        sharp = as_acquired(bright, job.mask, job.anatomy, self.tissue, rng)
        return sharp if self.params.source_patient is not None else self.as_bright(sharp)

    @property
    def finer_than_windows(self) -> bool:
        """Whether the scan has more pixels than its windows, which cannot hold what it shows."""
        return any(abs(np.linalg.det(slice_.roi.axes)) > 1 for slice_ in self.slices.values())

    def as_bright(self, region: NDArray[np.float64]) -> NDArray[np.float64]:
        """The region, (I, J, K), with the mean of the infarct that was asked for, or nearly the one that was drawn.

        Where the wall beside shows no light of scar, the network paints scar dimmer than its histogram says.
        """
        if self.params.brightness_ratio is None or not self.job.mask.infarct.any():
            return region
        known = remote_myocardium(self.job.image, self.job.anatomy)
        remote = float(np.median(self.tissue.remote)) if known is None else known.mean
        above = self.params.brightness_ratio * float(np.median(self.tissue.contrast))
        if self.params.source_patient is None:
            return with_mean(region, remote + above, self.job.mask, self.tissue)
        least = remote + LEAST * above
        found = float(region[self.job.mask.infarct].mean())
        return region if found >= least else with_mean(region, least, self.job.mask, self.tissue)


@dataclass(frozen=True)
class PaintedWindows:
    """What one channel of one scan was painted with, where a gradient is to reach the network.

    Attributes:
        prepared: channel that was painted, its slices and the parameters drawn for them.
        windows: painted windows with a gradient in the network's units, (slices, 1, size, size), in the same order.
    """

    prepared: PreparedJob
    windows: Tensor


@dataclass(frozen=True)
class PaintTask:
    """A batch of windows to be painted, and how; tensors are on the network's device.

    Attributes:
        window: image in the network's units, (B, 1, size, size); what lies under the scar is not looked at.
        masks: share of each pixel that is scar, MVO, wall and cavity, 0-1, (B, ``MASKS``, size, size).
        histogram: control histograms, (B, ``BINS``); zeros leave the brightness to the network.
        sampler: function of ``samplers`` with its number of steps.
        noise: function from a shape, (B, ...), to standard normal noise, fresh at every call.
        guidance: weight of the histogram; 1 is as the network learnt it, anything else takes a second call
            (Ho & Salimans, arXiv:2207.12598).
    """

    window: Tensor
    masks: Tensor
    histogram: Tensor
    sampler: Sampler
    noise: Callable[[tuple[int, ...]], Tensor]
    guidance: float = 1.0

    @classmethod
    def from_slices(
        cls, tasks: Sequence[SliceTask], sampler: Sampler, guidance: float, device: torch.device
    ) -> PaintTask:
        """The windows of some slices, of any scans, as one batch."""
        windows, masks = zip(*(window_of(task.slice_) for task in tasks), strict=True)
        return cls(
            torch.from_numpy(np.stack(windows)[:, None]).to(device),
            torch.from_numpy(np.stack(masks)).to(device),
            torch.tensor([task.histogram for task in tasks], dtype=torch.float32, device=device),
            sampler,
            noise_streams([task.seeds for task in tasks]),
            guidance,
        )

    def noise_like(self, code: Tensor) -> Tensor:
        """Fresh noise of a tensor's shape, on its device."""
        return self.noise(tuple(code.shape)).to(code)


def noise_streams(seeds: Sequence[tuple[int, ...]]) -> Callable[[tuple[int, ...]], Tensor]:
    """Noise for a batch, on the CPU: no device and no other scan changes it.

    Args:
        seeds: seeds of each sample's stretch of slices; the noise of a slice follows on from that of the one before.
    """
    streams = [[np.random.default_rng(seed) for seed in stretch] for stretch in seeds]

    def noise(shape: tuple[int, ...]) -> Tensor:
        return torch.from_numpy(np.stack([followed(stretch, shape[1:]) for stretch in streams]))

    return noise


def followed(stretch: Sequence[np.random.Generator], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard normal noise of the last slice of a stretch: a first-order autoregression from slice to slice."""
    noise = np.zeros(shape, np.float32)
    for number, rng in enumerate(stretch):
        kept = ALIKE if number else 0.0
        noise = kept * noise + np.float32(np.sqrt(1 - kept**2)) * rng.standard_normal(shape, dtype=np.float32)
    return noise
