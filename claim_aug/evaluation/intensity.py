"""How bright scar is above remote myocardium, and how far synthetic scar is from real in that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.errors import InputError
from claim_aug.measures.remote import Image, Remote, remote_myocardium

Values = NDArray[np.float64]


def in_sd(image: Image, anatomy: LVAnatomy) -> Image | None:
    """The image in standard deviations over remote myocardium: 0 is remote, 5 the threshold of the 5-SD rule.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units. Hand in slices one by one where each
            has its own scale.

    Returns:
        Intensities in SD over remote, (I, J, K); ``None`` where there is too little remote myocardium, or where it is
        constant.
    """
    remote: Remote | None = remote_myocardium(image, anatomy)
    return None if remote is None or remote.sd == 0 else (image - remote.mean) / remote.sd


def scar_sd(image: Image, anatomy: LVAnatomy, mask: Mask) -> Values:
    """Intensities of the masked voxels in SD over remote, (voxels,); none where there is no remote to compare with.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        anatomy: ventricle whose scar is left out of remote myocardium, so it needs to hold the mask.
        mask: mask of the voxels to read, (I, J, K), such as ``anatomy.infarct``.
    """
    intensity = in_sd(image, anatomy)
    return np.empty(0) if intensity is None else intensity[mask]


def intensity_distance(synthetic: Values, real: Values) -> float:
    """Wasserstein distance of two sets of scar intensities, in SD over remote; 0 is the same distribution.

    The mean distance by which intensities need to move to turn one distribution into the other.

    Raises:
        InputError: a set without values.
    """
    if not len(synthetic) or not len(real):
        msg = f"two sets of scar intensities are compared, got {len(synthetic)} and {len(real)}; give scans with scar"
        raise InputError(msg)
    return float(stats.wasserstein_distance(synthetic, real))
