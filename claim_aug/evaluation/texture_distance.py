"""How far the texture of synthetic scar is from that of real scar.

Six numbers describe the texture of one slice's scar, all read within the mask, so that its border counts for nothing:

- ``fine``, ``coarse``: local standard deviation in a Gaussian window of 0.8 and 1.8 pixels, in SD of remote;
- ``gradient``: mean absolute difference of neighbouring pixels, in SD of remote;
- ``spread``: standard deviation of the whole scar of the slice, in SD of remote;
- ``lag 1``, ``lag 2``: autocorrelation of pixels one and two apart, -1 to 1.

They are first-order and second-order statistics as radiomics uses them (IBSI: Zwanenburg et al., Radiology
2020;295:328), chosen few enough to read.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane
from claim_aug.errors import InputError
from claim_aug.evaluation.intensity import in_sd
from claim_aug.measures.remote import Image

FEATURES = ("fine", "coarse", "gradient", "spread", "lag 1", "lag 2")
#: Widths of the windows in pixels; our default.
WINDOWS = (0.8, 1.8)
#: Texture of fewer voxels than this says nothing; our default.
FEWEST_VOXELS = 30
#: And so do fewer pairs of pixels.
FEWEST_PAIRS = 10

Values = NDArray[np.float64]


def texture(image: Image, anatomy: LVAnatomy, mask: Mask) -> Values | None:
    """The six numbers of one slice's scar, in the order of ``FEATURES``.

    Args:
        image: intensities of a region of one slice, (I, J, K), any units.
        anatomy: anatomy of the same slice; see ``slices.slices_with``.
        mask: mask of the scar, (I, J, K).

    Returns:
        Features, (6,), in SD over remote but for the two autocorrelations, -1 to 1; ``None`` where scar or remote
        myocardium are too small to say.
    """
    intensity = in_sd(image, anatomy)
    if intensity is None or int(mask.sum()) < FEWEST_VOXELS:
        return None
    plane, inside = in_plane(intensity, anatomy)[0], in_plane(mask, anatomy)[0]
    pairs = [neighbours(plane, inside, lag) for lag in (1, 2)]
    spread = float(plane[inside].std())
    if spread == 0 or min(len(found) for found in pairs) < FEWEST_PAIRS:
        return None
    middle = float(plane[inside].mean())
    gradient = float(np.abs(np.diff(pairs[0])).mean())
    correlations = [float(np.prod(found - middle, axis=1).mean()) / spread**2 for found in pairs]
    return np.array([*(local_sd(plane, inside, width) for width in WINDOWS), gradient, spread, *correlations])


def local_sd(plane: Image, inside: Mask, width: float) -> float:
    """Mean over the mask of the standard deviation in a Gaussian window, counted over the mask alone."""
    weight, first, second = (
        ndimage.gaussian_filter(np.where(inside, value, 0.0), width) for value in (np.ones_like(plane), plane, plane**2)
    )
    weight = np.maximum(weight, 1e-9)
    variance = second / weight - (first / weight) ** 2
    return float(np.sqrt(np.maximum(variance, 0))[inside].mean())


def neighbours(plane: Image, inside: Mask, lag: int) -> Values:
    """Values of pixels ``lag`` apart along either axis that both lie in the mask, (pairs, 2)."""
    found = []
    for values, kept in ((plane, inside), (plane.T, inside.T)):
        both = kept[lag:] & kept[:-lag]
        found.append(np.stack([values[lag:][both], values[:-lag][both]], axis=1))
    return np.concatenate(found)


def texture_distance(synthetic: Values, real: Values) -> Mapping[str, float]:
    """Wasserstein distance of each feature in standard deviations of the real set, and their ``mean``.

    Args:
        synthetic, real: features from ``texture``, (slices, 6); the numbers of slices may differ.

    Returns:
        Distance of each feature, and their mean, by name: 0 where both sets have the same distribution, 1 where
        features lie one SD of the real set off.

    Raises:
        InputError: fewer than two slices in either set.
    """
    if min(len(synthetic), len(real)) < 2:
        msg = f"texture is compared over at least 2 slices of each, got {len(synthetic)} and {len(real)}; give more"
        raise InputError(msg)
    scale = np.maximum(real.std(axis=0, ddof=1), 1e-9)
    by_feature = {
        name: float(stats.wasserstein_distance(one, other))
        for name, one, other in zip(FEATURES, (synthetic / scale).T, (real / scale).T, strict=True)
    }
    return by_feature | {"mean": float(np.mean(list(by_feature.values())))}
