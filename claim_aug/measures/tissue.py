"""What this scan's own remote myocardium, blood pool and noise look like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.box import Box, bounds
from claim_aug.errors import InputError
from claim_aug.fields import MAD_TO_SD
from claim_aug.measures.grain import smoothness
from claim_aug.measures.remote import Image, middle_of_wall

#: A slice with fewer voxels of a tissue than this leans on the whole stack.
ENOUGH_VOXELS = 60
#: Below this ratio of remote myocardium to noise, a magnitude image is on its Rician floor.
RICIAN_BELOW = 4.0
#: Noise of a signal-free Rician voxel over that of a bright one (Rayleigh: sqrt(2 - pi / 2)).
RAYLEIGH = float(np.sqrt(2 - np.pi / 2))
#: Depths at which the wall's own profile is read.
LAYERS = 6
#: Point spread of an LGE scan as a Gaussian, in pixels.
POINT_SPREAD = 0.65
#: No scan is taken for sharper or less sharp than this, in pixels.
SHARPNESS = (0.5, 1.8)
#: Sigma in pixels of a local mean.
LOCAL = 1.5
#: Every smoothing here ends at 3 SD, and none is wider than a local mean: how far it sees, in pixels.
RADIUS_PX = round(3 * LOCAL) + 1


@dataclass(frozen=True)
class Tissue:
    """Levels of one scan.

    Attributes:
        remote, blood: intensity of remote myocardium and of the blood pool in each slice, (slices,), in the image's
            units.
        profile: intensity that healthy wall would show, (I, J, K): remote, and partial volume at its faces.
        noise: standard deviation of the noise in bright tissue, in the image's units.
        rician: whether remote myocardium lies on the noise floor of a magnitude image.
        point_spread: point spread as the SD of a Gaussian in voxels along each array axis, as smooth as the noise is:
            both passed through one k-space.
    """

    remote: NDArray[np.float64]
    blood: NDArray[np.float64]
    profile: Image
    noise: float
    rician: bool
    point_spread: tuple[float, ...]

    def blurred(self, image: Image) -> Image:
        """An image as sharp as this scan."""
        return np.asarray(ndimage.gaussian_filter(image, self.point_spread, truncate=3))

    @property
    def contrast(self) -> NDArray[np.float64]:
        """Blood over remote per slice; at least 4 SD of noise where blood is nulled too."""
        return np.maximum(np.abs(self.blood - self.remote), 4 * self.noise)

    def cut(self, part: Box, across: int) -> Tissue:
        """The intensities of a part of the region."""
        return replace(
            self, remote=self.remote[part[across]], blood=self.blood[part[across]], profile=self.profile[part]
        )


def measure(image: Image, anatomy: LVAnatomy) -> Tissue:
    """Measure the intensities in the middle of the healthy wall and the inside of the cavity.

    Raises:
        InputError: an image that is constant over the ventricle.
    """
    across = anatomy.orientation.through_plane
    part = surroundings_box(anatomy.wall | anatomy.cavity, across, slices=image.shape[across])
    near, heart = image[part], anatomy.cut(part)
    middle = heart.healthy & middle_of_wall(heart)
    remote_at = middle if middle.any() else (heart.healthy if heart.healthy.any() else heart.wall)
    inside = ndimage.binary_erosion(heart.cavity, plane_structure(across))
    blood_at = inside if inside.any() else heart.cavity
    remote = intensity_per_slice(near, remote_at, across)
    if not np.ptp(near[heart.wall | heart.cavity]):
        msg = "the image is constant over the left ventricle: there is no contrast to match; is it the right file?"
        raise InputError(msg)
    profile = np.broadcast_to(per_slice(remote, across, 3), image.shape).copy()
    profile[part] = wall_profile(near, heart, remote)
    rest = (near - local_mean(near, profile[part], remote_at, across))[remote_at]
    noise = MAD_TO_SD * median(np.abs(rest - median(rest))) or float(rest.std())
    rician = bool(image.min() >= 0 and np.median(remote) < RICIAN_BELOW * noise)
    blood = intensity_per_slice(near, blood_at, across)
    own = near - per_slice(remote, across, 3)
    spread = tuple(
        0.0 if axis == across else float(np.clip(smoothness(own, remote_at, axis), *SHARPNESS)) for axis in range(3)
    )
    return Tissue(remote, blood, profile, noise / RAYLEIGH if rician else noise, rician, spread)


def surroundings_box(mask: Mask, across: int, *, slices: int = 1) -> Box:
    """The part of the region that a smoothing at these voxels sees, with so many slices on either side."""
    rows, columns, planes = (slices if axis == across else RADIUS_PX for axis in range(3))
    return bounds(mask, (rows, columns, planes))


def wall_profile(image: Image, anatomy: LVAnatomy, remote: NDArray[np.float64]) -> Image:
    """Intensity of healthy wall at each depth: remote of the slice, and partial volume of the stack at its faces."""
    own = per_slice(remote, anatomy.orientation.through_plane, image.ndim)
    known = anatomy.healthy if anatomy.healthy.any() else anatomy.wall
    depth, rest = anatomy.transmural[known], (image - own)[known]
    layer = np.minimum((depth * LAYERS).astype(int), LAYERS - 1)
    middles = [(index + 0.5) / LAYERS for index in range(LAYERS) if (layer == index).any()]
    medians = [median(rest[layer == index]) for index in range(LAYERS) if (layer == index).any()]
    profile = np.broadcast_to(own, image.shape).copy()
    profile[anatomy.wall] += np.interp(anatomy.transmural[anatomy.wall], middles, medians)
    return profile


def intensity_per_slice(image: Image, mask: Mask, across: int) -> NDArray[np.float64]:
    """Median per slice, (slices,), drawn towards the stack's where a slice has few voxels."""
    whole = median(image[mask])
    result = []
    for plane, inside in zip(np.moveaxis(image, across, 0), np.moveaxis(mask, across, 0), strict=True):
        count = int(inside.sum())
        trust = count / (count + ENOUGH_VOXELS)
        result.append(trust * median(plane[inside]) + (1 - trust) * whole if count else whole)
    return np.array(result)


def median(values: NDArray[np.float64]) -> float:
    """As NumPy's, without its overhead: a scan has dozens of small groups of voxels, and NaN is refused long before."""
    middle = values.size // 2
    lower = middle if values.size % 2 else middle - 1
    ordered = np.partition(values, (lower, middle))
    return float((ordered[lower] + ordered[middle]) / 2)


def local_mean(image: Image, profile: Image, mask: Mask, across: int) -> Image:
    """The masked part of the image without its noise: the wall's profile, and what differs from it slowly.

    The difference is averaged in-plane over the mask alone, so that nothing leaks in across its border.
    """
    widths = [0.0 if axis == across else LOCAL for axis in range(image.ndim)]
    weight = ndimage.gaussian_filter(mask.astype(np.float64), widths, truncate=3)
    total = ndimage.gaussian_filter(np.where(mask, image - profile, 0.0), widths, truncate=3)
    return np.where(mask, profile + total / np.maximum(weight, 1e-9), image)


def share_of(part: Mask, whole: Mask, across: int) -> Image:
    """How much of ``whole`` is ``part`` as the scanner's point spread sees it, 0-1."""
    widths = [0.0 if axis == across else POINT_SPREAD for axis in range(part.ndim)]
    seen = ndimage.gaussian_filter(whole.astype(np.float64), widths, truncate=3)
    return np.asarray(ndimage.gaussian_filter(part.astype(np.float64), widths, truncate=3) / np.maximum(seen, 1e-9))


def per_slice(values: NDArray[np.float64], across: int, ndim: int) -> Image:
    """A value per slice, shaped to broadcast over the image."""
    return values.reshape([-1 if axis == across else 1 for axis in range(ndim)])


def plane_structure(across: int) -> Mask:
    """The in-plane cross as a structuring element."""
    cross = ndimage.generate_binary_structure(2, 1)
    return np.expand_dims(cross, across)
