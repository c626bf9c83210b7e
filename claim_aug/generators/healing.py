"""Old scar painted over as the remote myocardium beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane, in_plane_sigma
from claim_aug.fields import MAD_TO_SD
from claim_aug.measures.grain import continued, measure_grain
from claim_aug.measures.remote import Image, middle_of_wall
from claim_aug.measures.tissue import intensity_per_slice, measure, per_slice

#: Point spread of an LGE scan: within this distance of scar the wall of 48 EMIDEC patients is brighter than remote.
RIM_MM = 2.5
#: SD of the Gaussian over which the wall beside the old scar says how bright it would be without.
BESIDE_MM = 6.0
#: SD of a scan's point spread in voxels, of which the one is taken that explains the healthy wall's faces best.
POINT_SPREADS = (0.3, 0.6, 0.9, 1.2, 1.6, 2.1)
#: Share of a neighbourhood from which on what is known there counts.
LEAST_SEEN = 0.05
#: Spread of an even wall, as a share of the range of the rest, below which a drawing is meant and no scan.
LEAST_SPREAD = 1e-4


def healed_region(anatomy: LVAnatomy, new: Mask | None = None) -> Mask:
    """The voxels to be painted over, (I, J, K): the scar, and the wall about it as far as its brightness spreads.

    Args:
        anatomy: ventricle with the scar to be healed.
        new: mask of scar to come, (I, J, K), about which the wall may stay as bright as it is.
    """
    about = bright_about(anatomy.scar, anatomy)
    if new is not None:
        about &= ~bright_about(new, anatomy)
    return anatomy.scar | about


def bright_about(scar: Mask, anatomy: LVAnatomy) -> Mask:
    """The wall about a scar as far as the point spread carries its brightness, (I, J, K)."""
    about = np.zeros_like(scar)
    spacing = [anatomy.spacing[axis] for axis in anatomy.orientation.in_plane]
    layers = (in_plane(array, anatomy) for array in (about, scar, anatomy.wall))
    for plane, source, wall in zip(*layers, strict=True):
        if source.any():
            distance = ndimage.distance_transform_edt(~source, sampling=spacing)
            plane[:] = (distance <= max(RIM_MM, *spacing)) & wall & ~source
    return about


def heal(image: Image, anatomy: LVAnatomy, region: Mask, rng: np.random.Generator) -> Image:
    """The image with a region of its wall as bright and as grainy as the healthy wall beside it.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        anatomy: ventricle with the scar to be healed.
        region: mask to be painted over, (I, J, K), such as ``healed_region`` gives.
        rng: source of the grain.
    """
    heart = replace(anatomy, infarct=region, mvo=np.zeros_like(region))
    remote = remote_beside(image, heart)
    rest, plain = min(blurred(image, remote, heart), key=lambda pair: float(np.abs(pair[0][heart.healthy]).sum()))
    across, even = anatomy.orientation.through_plane, even_wall(heart)
    scale = per_slice(spread_per_slice(rest, even, across), across, 3)  # every slice may have noise of its own
    grain = measure_grain(rest / scale, even, across)
    return np.where(region, plain + scale * continued(rest / scale, region, ~region, grain, across, rng), image)


def spread_per_slice(rest: Image, even: Mask, across: int) -> NDArray[np.float64]:
    """Robust standard deviation per slice, (slices,), drawn towards the stack's where a slice has few voxels."""
    return np.maximum(MAD_TO_SD * intensity_per_slice(np.abs(rest), even, across), LEAST_SPREAD * np.ptp(rest))


def blurred(image: Image, remote: Image, anatomy: LVAnatomy) -> Iterator[tuple[Image, Image]]:
    """A wall of remote between the blood and the fat that are there, as sharp as a scan may be: partial volume.

    Yields:
        What the image has beside it, and this wall, (I, J, K) each, for every width of a point spread.
    """
    across = anatomy.orientation.through_plane
    for sigma in POINT_SPREADS:
        widths = [0.0 if axis == across else sigma for axis in range(3)]
        plain = ndimage.gaussian_filter(np.where(anatomy.wall, remote, image), widths, truncate=3)
        yield image - plain, plain


def even_wall(anatomy: LVAnatomy) -> Mask:
    """The middle of the healthy wall; all of the wall where nothing of it is healthy."""
    middle = anatomy.healthy & middle_of_wall(anatomy)
    return next(mask for mask in (middle, anatomy.healthy, anatomy.wall) if mask.any())


def remote_beside(image: Image, anatomy: LVAnatomy) -> Image:
    """The intensity of remote myocardium at every voxel: the slice's own, and the local mean of the wall nearby."""
    across = anatomy.orientation.through_plane
    own = per_slice(measure(image, anatomy).remote, across, 3)
    even = even_wall(anatomy)
    sigma = in_plane_sigma(anatomy, BESIDE_MM)
    weight = ndimage.gaussian_filter(even.astype(np.float64), sigma, truncate=3)
    total = ndimage.gaussian_filter(np.where(even, image - own, 0.0), sigma, truncate=3)
    return own + total / (weight + LEAST_SEEN)
