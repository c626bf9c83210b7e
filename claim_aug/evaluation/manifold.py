"""How two sets of features lie to one another: kernel distance, precision, recall, density and coverage.

Needs scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.optional import need

Features = NDArray[np.floating[Any]]
#: Neighbours that span the manifold around each point; Naeem et al. (ICML 2020) use 5.
NEIGHBOURS = 5


@dataclass(frozen=True)
class Manifold:
    """What each point of two sets says of the other set.

    Precision and recall: Kynkäänniemi et al., NeurIPS 2019. Density and coverage: Naeem et al., ICML 2020.

    Attributes:
        precision: whether each synthetic point lies among real ones, (synthetic,), 0 or 1.
        density: how densely real points lie around each synthetic one, (synthetic,), mean 1 where both are alike.
        recall: whether each real point lies among synthetic ones, (real,), 0 or 1.
        coverage: whether a synthetic point lies near each real one, (real,), 0 or 1.
    """

    precision: NDArray[np.float64]
    density: NDArray[np.float64]
    recall: NDArray[np.float64]
    coverage: NDArray[np.float64]


def manifold(synthetic: Features, real: Features, neighbours: int = NEIGHBOURS) -> Manifold:
    """Lay two sets of features on one another; each needs more points than ``neighbours``.

    Args:
        synthetic, real: features, (points, features).
        neighbours: number of neighbours within which points of a set are taken to be joined.
    """
    distances = need("sklearn.metrics", "evaluate").pairwise_distances
    across = distances(synthetic, real)
    radii_real, radii_synthetic = (
        np.sort(distances(points), axis=1)[:, min(neighbours, len(points) - 1)] for points in (real, synthetic)
    )
    inside = across <= radii_real
    return Manifold(
        precision=inside.any(1).astype(np.float64),
        density=inside.sum(1) / neighbours,
        recall=(across <= radii_synthetic[:, None]).any(0).astype(np.float64),
        coverage=(across.min(0) <= radii_real).astype(np.float64),
    )


def kernel_distance(synthetic: Features, real: Features) -> float:
    """Unbiased squared maximum mean discrepancy with the cubic kernel (KID, Binkowski et al., ICLR 2018).

    Args:
        synthetic, real: features, (points, features), two points or more of each.

    Returns:
        About 0 where both are of one distribution, and slightly below by chance.
    """
    kernel = need("sklearn.metrics.pairwise", "evaluate").polynomial_kernel
    within = []
    for points in (synthetic, real):
        values, count = kernel(points, degree=3, coef0=1), len(points)
        within.append((values.sum() - np.trace(values)) / (count * (count - 1)))
    return float(sum(within) - 2 * kernel(synthetic, real, degree=3, coef0=1).mean())


def frechet_distance(synthetic: Features, real: Features) -> float:
    """Fréchet distance of the Gaussians that two sets of features have, in the real set's standard deviations.

    Its square is the Fréchet inception distance, but of these features (Dowson and Landau, J Multivar Anal 1982).
    """
    from scipy.linalg import sqrtm

    middle, scale = real.mean(0), np.maximum(real.std(0), 1e-9)
    one, other = ((points - middle) / scale for points in (synthetic, real))
    gap = one.mean(0) - other.mean(0)
    first, second = (np.cov(points, rowvar=False) for points in (one, other))
    root = np.real(sqrtm(first @ second))
    return float(np.sqrt(max(gap @ gap + np.trace(first + second - 2 * root), 0.0)))
