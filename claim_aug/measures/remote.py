"""Remote myocardium: the healthy middle of the wall, to which scar is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask

Image = NDArray[np.float64]

#: Partial volume with blood or fat does not reach these depths; our default.
MID_DEPTH = (0.2, 0.8)

#: A standard deviation of fewer voxels than this says nothing; our default.
FEWEST_REMOTE = 10


@dataclass(frozen=True)
class Remote:
    """Healthy myocardium of a stack: mean and standard deviation in the image's units, and the voxels they rest on."""

    mean: float
    sd: float
    voxels: int


def middle_of_wall(anatomy: LVAnatomy) -> Mask:
    """The wall without its faces."""
    return anatomy.wall & (anatomy.transmural > MID_DEPTH[0]) & (anatomy.transmural < MID_DEPTH[1])


def remote_myocardium(image: Image, anatomy: LVAnatomy) -> Remote | None:
    """Level and spread of the middle of the wall that is not labelled scar, over the whole stack.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.

    Returns:
        Mean and spread of remote myocardium; ``None`` where too little of the wall is healthy.
    """
    values = image[middle_of_wall(anatomy) & ~anatomy.scar]
    if values.size < FEWEST_REMOTE:
        return None
    return Remote(float(values.mean()), float(values.std(ddof=1)), int(values.size))
