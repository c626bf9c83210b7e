"""Painted scar as the scan's own scanner would have shown it: its border as sharp, its noise one with that beside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.grain import continued, measure_grain, sample_grain
from claim_aug.measures.remote import Image, middle_of_wall
from claim_aug.measures.tissue import Tissue, local_mean, median
from claim_aug.priors import ScarMask

#: Width of a scar's border in multiples of the point spread that noise tells of: what is left of noise without its
#: local mean is less alike than the noise was, and a label is up to a pixel off.
BORDER = 1.25


def as_acquired(
    painted: Image,
    mask: ScarMask,
    anatomy: LVAnatomy,
    tissue: Tissue,
    rng: np.random.Generator,
) -> Image:
    """The region whose scar ends as softly as this scan shows anything, and whose noise goes on from that beside.

    What was painted is parted into the mean of each tissue nearby, which is blurred, and the rest. As much of the rest
    as the scan has noise is replaced by such noise; what it scatters beyond is texture of the scar, and stays.

    Args:
        painted: intensities of the region with new scar in it, (I, J, K), any units.
        mask: mask of the new scar.
        anatomy: ventricle of the region.
        tissue: intensities and point spread of the scan.
        rng: source of the noise.
    """
    across, scar = anatomy.orientation.through_plane, mask.scar
    healthy = anatomy.healthy & ~scar
    even, known = tissue_means(painted, (healthy, anatomy.cavity, scar), across)
    width = [BORDER * sigma for sigma in tissue.point_spread]
    plain = ndimage.gaussian_filter(even, width, truncate=3)
    if mask.mvo.any():
        within, _ = tissue_means(painted, (mask.infarct, mask.mvo), across)
        plain += np.where(scar, within - even, 0.0)
    rest = painted - plain
    noise = measure_grain(rest, healthy & middle_of_wall(anatomy), across)
    own = measure_grain(rest, scar, across)
    texture = float(np.sqrt(max(1 - (noise.sd / max(own.sd, 1e-12)) ** 2, 0)))
    result = plain + texture * rest + continued(rest, scar, known & ~scar, noise, across, rng)
    return np.where(scar, result - brightened(result, painted, mask, across), painted)


def brightened(image: Image, painted: Image, mask: ScarMask, across: int) -> Image:
    """What each slice's MVO came nearer to its infarct than it was painted, (I, J, K): a rim loses most."""
    lost = np.zeros_like(image)
    layers = (np.moveaxis(one, across, 0) for one in (lost, image, painted, mask.infarct, mask.mvo))
    for own, *planes, infarct, mvo in zip(*layers, strict=True):
        if infarct.any() and mvo.any():
            now, before = (median(plane[infarct]) - median(plane[mvo]) for plane in planes)
            own[mvo] = max(before - now, 0.0)
    return lost


def with_mean(image: Image, mean: float, mask: ScarMask, tissue: Tissue) -> Image:
    """The region with light in its scar, more or less, so that the infarct has this mean.

    It falls off towards the border as this scan shows anything, as nothing beside the scar may change.

    Args:
        image: intensities of the region with new scar in it, (I, J, K).
        mean: mean of the infarct that is sought, in the image's units.
        mask: mask of the new scar, with an infarct.
        tissue: intensities and point spread of the scan.
    """
    share = tissue.blurred(mask.infarct.astype(np.float64))
    light = (mean - image[mask.infarct].mean()) / share[mask.infarct].mean()
    return np.where(mask.scar, image + light * share, image)


def missing_grain(painted: Image, image: Image, scar: Mask, anatomy: LVAnatomy, rng: np.random.Generator) -> Image:
    """What scar needs to be as grainy as the healthy wall, (I, J, K), in the image's units; as a rule next to nothing.

    Args:
        painted: intensities of the region with new scar in it, (I, J, K).
        image: the same without it.
        scar: mask of the new scar, (I, J, K).
        anatomy: ventricle of the region.
        rng: source of the grain.
    """
    across, flat = anatomy.orientation.through_plane, np.zeros_like(painted)
    even = anatomy.healthy & ~scar & middle_of_wall(anatomy)
    wall, own = (
        measure_grain(values - local_mean(values, flat, where, across), where, across)
        for values, where in ((image, even), (painted, scar))
    )
    grain = replace(wall, sd=float(np.sqrt(max(wall.sd**2 - own.sd**2, 0))))
    return np.where(scar, sample_grain(grain, painted.shape, across, rng), 0.0)


def tissue_means(image: Image, tissues: Iterable[Mask], across: int) -> tuple[Image, Mask]:
    """The image with the local mean of each tissue in its place, (I, J, K), and the mask of all tissues."""
    means, known = image.copy(), np.zeros(image.shape, bool)
    for one in filter(np.any, tissues):
        means[one] = local_mean(image, np.zeros_like(image), one, across)[one]
        known |= one
    return means, known
