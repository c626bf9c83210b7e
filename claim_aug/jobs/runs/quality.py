"""Whether a sample is worth keeping: cheap checks of what came out, against what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.measures.brightness import VISIBLE_SD
from claim_aug.measures.tissue import Tissue
from claim_aug.sample import ScarSample

#: A burden that was asked for is met within so much of it, or so many %LV, whichever is more; our default.
BURDEN_SHARE, BURDEN_PERCENT = 0.1, 0.5


@dataclass(frozen=True)
class Quality:
    """What was measured of a sample.

    Attributes:
        contrast_to_noise: mean of the new infarct over what healthy wall would show there, in SD of the scan's noise;
            ``None`` where there is no infarct, or no noise.
        reasons: reasons why the sample is not kept, in a few words each; empty where it is.
    """

    contrast_to_noise: float | None
    reasons: tuple[str, ...]


def judge(
    sample: ScarSample,
    image: NDArray[Any],
    labels: NDArray[Any],
    anatomy: LVAnatomy,
    tissue: Tissue,
    burden: Any = None,
) -> Quality:
    """Measure a sample and say what is wrong with it.

    Args:
        sample: sample of a scan.
        image: image of the scan, of the sample's shape.
        labels: label map of the scan, of the sample's shape.
        anatomy: ventricle of the scan.
        tissue: intensities of the scan without the new scar.
        burden: burden that was asked for, %LV: a number, a pair, or ``None``.
    """
    changed, reasons = sample.changed, []
    new = sample.infarct | sample.mvo
    wall = anatomy.on_grid(anatomy.wall).reshape(new.shape)
    if not np.isfinite(sample.image[changed]).all():
        reasons.append("not finite")
    if (((sample.image != image) | (sample.labels != labels)) & ~changed).any():
        reasons.append("changed outside the scar")
    if not new.any():
        reasons.append("no scar")
    if (new & ~wall).any():
        reasons.append("outside the wall")
    realised = sample.parameters["realised"]["burden_percent"]
    if burden is not None and not within(realised, burden):
        reasons.append("burden not as asked")
    contrast = contrast_to_noise(sample, anatomy, tissue)
    if contrast is not None and not abs(contrast) >= VISIBLE_SD:
        reasons.append("not visible")
    return Quality(contrast, tuple(reasons))


def within(realised: float, asked: Any) -> bool:
    """Whether a burden is as asked, but for what a wall of voxels allows."""
    low, high = asked if isinstance(asked, (list, tuple)) else (asked, asked)
    below, above = (max(BURDEN_PERCENT, BURDEN_SHARE * end) for end in (low, high))
    return bool(low - below <= realised <= high + above)


def contrast_to_noise(sample: ScarSample, anatomy: LVAnatomy, tissue: Tissue) -> float | None:
    """Mean of the new infarct over what healthy wall would show there, in SD of noise; ``None`` without either.

    Near the cavity healthy wall is brighter, too, by partial volume: that alone is no scar that can be seen.
    """
    infarct = sample.infarct.reshape(anatomy.grid_shape)[anatomy.box]
    if not infarct.any() or not tissue.noise > 0:
        return None
    image = sample.image.reshape(anatomy.grid_shape)[anatomy.box].astype(np.float64)
    return float((image - tissue.profile)[infarct].mean() / tissue.noise)
