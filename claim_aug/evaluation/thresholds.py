"""Scar as intensity rules see it: above remote myocardium by n SD, or above half of the maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask

Image = NDArray[np.float64]

#: Rules in use, from the SCMR reporting rule of 2 SD to the strict 6 SD; Flett et al. compare them in acute and chronic
#: infarct and HCM (J Cardiovasc Magn Reson 2010;12(Suppl 1):O41).
SDS = (2, 3, 4, 5, 6)
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


@dataclass(frozen=True)
class Rule:
    """What a rule finds.

    Attributes:
        name: ``"2SD"`` to ``"6SD"``, or ``"FWHM"``.
        threshold: in the image's units; scar is brighter. ``None`` where the image gives no threshold.
        found: mask of the region; ``None`` where there is no remote myocardium to compare with.
    """

    name: str
    threshold: float | None
    found: Mask | None


def middle_of_wall(anatomy: LVAnatomy) -> Mask:
    """The wall without its faces."""
    return anatomy.wall & (anatomy.depth > MID_DEPTH[0]) & (anatomy.depth < MID_DEPTH[1])


def remote_myocardium(image: Image, anatomy: LVAnatomy) -> Remote | None:
    """Level and spread of the middle of the wall that is not labelled scar, over the whole stack.

    Args:
        image: (I, J, K) of the anatomy's region, any units.

    Returns:
        ``None`` where too little of the wall is healthy.
    """
    values = image[middle_of_wall(anatomy) & ~anatomy.scar]
    if values.size < FEWEST_REMOTE:
        return None
    return Remote(float(values.mean()), float(values.std(ddof=1)), int(values.size))


def half_maximum(image: Image, anatomy: LVAnatomy, remote: Remote) -> float | None:
    """Full width at half maximum: half-way between remote myocardium and the brightest labelled infarct.

    Amado et al. (J Am Coll Cardiol 2004;44:2383) and Flett et al. (JACC Cardiovasc Imaging 2011;4:150) take half of
    the maximum signal of a hyperenhanced region that an observer points at, remote myocardium being nulled. Here the
    labelled infarct is that region. Half of the way, not half of the value, because remote myocardium is not at zero
    in every image (PSIR has an offset).

    Returns:
        A threshold in the image's units; ``None`` where no infarct is labelled: the brightest voxel of a healthy wall
        is noise, and half-way to it there would always be scar.
    """
    brightest = float(image[anatomy.infarct].max(initial=-np.inf))
    return (remote.mean + brightest) / 2 if brightest > remote.mean else None


def rules(image: Image, anatomy: LVAnatomy, remote: Remote | None) -> tuple[Rule, ...]:
    """Every rule within the wall, n SD by growing n and then FWHM.

    Labelled MVO counts as found: it is dark, so no rule sees it, and readers add it by hand (Flett et al. 2010).

    Args:
        image: (I, J, K) of the anatomy's region, any units.
    """
    names = [*(f"{count}SD" for count in SDS), "FWHM"]
    if remote is None:
        return tuple(Rule(name, None, None) for name in names)
    levels = [*(remote.mean + count * remote.sd for count in SDS), half_maximum(image, anatomy, remote)]
    return tuple(
        Rule(name, level, anatomy.mvo | (anatomy.wall & (image > (np.inf if level is None else level))))
        for name, level in zip(names, levels, strict=True)
    )


def dice(one: Mask, other: Mask) -> float | None:
    """Overlap of two masks, 0-1; ``None`` where the second, the reference, is empty."""
    if not other.any():
        return None
    return 2 * int((one & other).sum()) / (int(one.sum()) + int(other.sum()))
