"""A scan as another scanner would have shown it, to see whether a segmenter still finds its scar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from claim_aug.anatomy import LVAnatomy
from claim_aug.fields import smooth_field
from claim_aug.phantom.acquisition import k_space_window

#: Least contrast of blood over remote, as a share of the image's spread, that the rest is measured in.
LEAST_CONTRAST = 0.1


@dataclass(frozen=True)
class OtherScanner:
    """How the other scanner differs.

    Attributes:
        resolution: share of the spatial frequencies of each axis in the slice that it measures, 0-1.
        noise: standard deviation of its noise, in multiples of blood above remote.
        power: power of the grey values, which lie between the slice's darkest, 0, and its brightest, 1.
        blood: intensity of the LV's blood above remote, in multiples of what it was: another inversion time.
        shading: standard deviation of the logarithm of its coil's sensitivity.
        clip: shares of the darkest and of the brightest pixels that are cut off, 0-1.
    """

    resolution: tuple[float, float]
    noise: float
    power: float
    blood: float
    shading: float
    clip: tuple[float, float]


def sample_scanner(rng: np.random.Generator) -> OtherScanner:
    """Draw a scanner that differs in everything; the ranges are our choice."""
    return OtherScanner(
        resolution=(float(rng.uniform(0.45, 0.9)), float(rng.uniform(0.45, 0.9))),
        noise=float(rng.uniform(0.05, 0.25)),
        power=float(np.exp(rng.uniform(-0.5, 0.5))),
        blood=float(rng.uniform(0.5, 1.5)),
        shading=float(rng.uniform(0, 0.2)),
        clip=(float(rng.uniform(0, 0.05)), float(rng.uniform(0, 0.03))),
    )


def on_other_scanner(
    image: NDArray[Any], anatomy: LVAnatomy, scanner: OtherScanner, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The same slices as the other scanner shows them, each between 0 and 1, (I, J, K).

    Args:
        image: intensities of the whole scan, (I, J, K), any units.
        anatomy: ventricle of the scan, whose labels stay true.
        scanner: scanner to imitate.
        rng: source of its noise.

    Example:
        >>> import numpy as np
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> from claim_aug.phantom.other_scanner import on_other_scanner, sample_scanner
        >>> scan, rng = make_phantom(0, shape=(64, 64, 3)), np.random.default_rng(0)
        >>> anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine)
        >>> on_other_scanner(scan.image, anatomy, sample_scanner(rng), rng).shape
        (64, 64, 3)
    """
    across = anatomy.orientation.through_plane
    cavity, healthy = (anatomy.on_grid(mask) for mask in (anatomy.cavity, anatomy.wall & ~anatomy.scar))
    planes, cavity, healthy = (np.moveaxis(array, across, 0) for array in (image, cavity, healthy))
    planes = planes.astype(np.float64)
    contrast = contrast_of(planes, cavity, healthy)
    window = k_space_window((planes.shape[1], planes.shape[2]), scanner.resolution)
    shading = scanner.shading * smooth_field(planes.shape, (1, *(side / 6 for side in planes.shape[1:])), rng)
    sigma = scanner.noise * contrast / float(np.sqrt(np.mean(window**2)))  # cutting k-space averages noise away
    blood = (scanner.blood - 1) * contrast * ndimage.gaussian_filter(cavity.astype(np.float64), (0, 0.7, 0.7))
    noisy = (planes + blood) * np.exp(shading) + sigma * rng.standard_normal(planes.shape)
    seen = fft.ifft2(fft.fft2(noisy, axes=(1, 2)) * window, axes=(1, 2)).real
    low, high = scanner.clip
    ends = np.quantile(seen, (low, 1 - high), axis=(1, 2))[:, :, None, None]
    scaled = np.clip((seen - ends[0]) / np.maximum(ends[1] - ends[0], 1e-9), 0, 1)
    return np.moveaxis(scaled**scanner.power, 0, across)


def zero_filled(
    image: NDArray[Any], labels: NDArray[Any], factor: float, *, through_plane: int = 2
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """The same slices on a finer grid, as a scanner interpolates them: k-space is filled up with zeros.

    Args:
        image: intensities of the whole scan, (I, J, K), any units.
        labels: label map of the scan, (I, J, K).
        factor: number of new voxels for one of the old along each axis of the slice, from 1.
        through_plane: array axis across slices, 0-2.

    Returns:
        Image and labels of the finer grid. A voxel has the label that linear interpolation gives the largest share.

    Example:
        >>> from claim_aug.phantom import make_phantom
        >>> from claim_aug.phantom.other_scanner import zero_filled
        >>> scan = make_phantom(0, shape=(64, 64, 3))
        >>> image, labels = zero_filled(scan.image, scan.labels, 2)
        >>> image.shape == labels.shape == (128, 128, 3)
        True
    """
    axes = tuple(axis for axis in range(3) if axis != through_plane)
    spectrum = fft.fftshift(fft.fft2(image.astype(np.float64), axes=axes), axes=axes)
    ends = [[0, 0]] * 3
    for axis in axes:
        added = round(image.shape[axis] * (factor - 1))
        before = (image.shape[axis] + added) // 2 - image.shape[axis] // 2  # the middle stays the middle
        ends[axis] = [before, added - before]
    filled = np.pad(spectrum, ends)
    finer = fft.ifft2(fft.ifftshift(filled, axes=axes), axes=axes).real * (filled.size / spectrum.size)
    steps = [np.arange(size) * old / size for size, old in zip(finer.shape, image.shape, strict=True)]
    places = np.stack(np.meshgrid(*steps, indexing="ij"))
    values = np.unique(labels)
    shares = [ndimage.map_coordinates((labels == value).astype(np.float32), places, order=1) for value in values]
    return finer, values[np.argmax(shares, axis=0)]


def contrast_of(planes: NDArray[np.float64], cavity: NDArray[np.bool_], healthy: NDArray[np.bool_]) -> float:
    """Blood above remote in the image's units, at least a tenth of its spread."""
    least = LEAST_CONTRAST * max(float(planes.std()), 1e-9)
    if not (cavity.any() and healthy.any()):
        return least
    return max(float(np.median(planes[cavity]) - np.median(planes[healthy])), least)
