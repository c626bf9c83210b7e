"""The grain of a scan: how much even tissue scatters, and how alike neighbours are; and more of the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage, spatial

from claim_aug.anatomy import Mask
from claim_aug.fields import smooth_field
from claim_aug.measures.remote import Image

#: A spread of fewer voxels, or a likeness of fewer pairs of neighbours, says nothing; our default.
FEWEST = 10
#: Noise never is more alike than this from voxel to voxel in what is left without slow changes.
MOST_ALIKE = 0.95
#: Distance in sigma of the grain from which on voxels have nothing to do with each other.
FARTHEST = 3.0
#: Exponent from which on a correlation is nothing; far beyond, a number would be too small to be held.
NOTHING = 50.0
#: Variance of known grain that is its own, for a well-posed interpolation.
NUGGET = 0.05


@dataclass(frozen=True)
class Grain:
    """The scatter of even tissue.

    Attributes:
        sd: standard deviation, in the image's units.
        sigma: SD of the Gaussian that makes white noise as smooth, in voxels along each array axis.
    """

    sd: float
    sigma: tuple[float, float, float]


def measure_grain(residual: Image, tissue: Mask, across: int) -> Grain:
    """The grain of what an image shows in even tissue besides its slow changes.

    Args:
        residual: image without its slow changes, (I, J, K).
        tissue: mask of tissue that is even, such as remote myocardium, (I, J, K).
        across: array axis across slices, 0-2; slices are independent of each other.
    """
    values = residual[tissue]
    if values.size < FEWEST:
        return Grain(0.0, (0.0, 0.0, 0.0))
    sigma = [0.0 if axis == across else smoothness(residual, tissue, axis) for axis in range(3)]
    return Grain(float(values.std()), (sigma[0], sigma[1], sigma[2]))


def smoothness(residual: Image, tissue: Mask, axis: int) -> float:
    """SD in voxels of the Gaussian that makes neighbours along an axis as alike as they are.

    White noise smoothed by a Gaussian of SD s has a correlation of exp(-d^2 / (4 s^2)) over a distance d.
    """
    beside, even = np.moveaxis(residual, axis, 0), np.moveaxis(tissue, axis, 0)
    both = even[:-1] & even[1:]
    if both.sum() < FEWEST:
        return 0.0
    one, other = beside[:-1][both], beside[1:][both]
    spread = float(np.sqrt((one**2).mean() * (other**2).mean()))
    alike = float((one * other).mean()) / spread if spread > 0 else 0.0
    return float(np.sqrt(-1 / (4 * np.log(min(alike, MOST_ALIKE))))) if alike > 0 else 0.0


def sample_grain(grain: Grain, shape: tuple[int, ...], across: int, rng: np.random.Generator) -> Image:
    """A random field with the scatter and the smoothness of a grain, (I, J, K), of mean 0.

    Args:
        grain: scatter and smoothness, of the array's axes.
        shape: shape of the field.
        across: array axis across slices, 0-2: slices get the same numbers whichever axis counts them.
        rng: source of the field.
    """
    order = (across, *(axis for axis in range(3) if axis != across))
    field = smooth_field([shape[axis] for axis in order], [grain.sigma[axis] for axis in order], rng)
    return grain.sd * field.transpose(np.argsort(order)).astype(np.float64)


def continued(rest: Image, region: Mask, known: Mask, grain: Grain, across: int, rng: np.random.Generator) -> Image:
    """Grain whose part within a region goes on where that beside it ends: a random field, conditioned on what is known.

    The difference of field and known grain is interpolated into the region by simple kriging, with the likeness of
    neighbours that the grain has (Chiles & Delfiner, Geostatistics, 2012, section 7.3).

    Args:
        rest: image without its slow changes, (I, J, K), in the unit of the grain.
        region: mask of the voxels that get grain, (I, J, K).
        known: mask of the voxels outside of the region whose grain is known, (I, J, K).
        grain: scatter and smoothness, of the array's axes.
        across: array axis across slices, 0-2; slices are independent of each other.
        rng: source of the field.
    """
    field = sample_grain(grain, rest.shape, across, rng)
    sigma = np.delete(np.array(grain.sigma), across)
    if not (sigma > 0).all():
        return field
    for plane, values, inside, beside in zip(
        *(np.moveaxis(one, across, 0) for one in (field, rest, region, known)), strict=True
    ):
        if not inside.any():
            continue
        near = beside & (ndimage.distance_transform_edt(~inside, sampling=1 / sigma) <= FARTHEST)
        places, there = np.argwhere(inside) / sigma, np.argwhere(near) / sigma
        alike = correlation(there, there) + NUGGET * np.eye(len(there))
        weights = linalg.solve(alike, (values - plane)[near], assume_a="pos") if len(there) else np.zeros(0)
        plane[inside] += correlation(places, there) @ weights
    return field


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation of a grain between places (n, 2) and (m, 2) in units of its sigma, (n, m)."""
    return np.exp(-np.minimum(spatial.distance.cdist(one, other, "sqeuclidean") / 4, NOTHING))
