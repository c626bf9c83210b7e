"""Scar as intensity rules see it: above remote myocardium by n SD, or above half of the maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.remote import Image, Remote

#: Rules in use, from the SCMR reporting rule of 2 SD to the strict 6 SD; Flett et al. compare them in acute and chronic
#: infarct and HCM (J Cardiovasc Magn Reson 2010;12(Suppl 1):O41).
SDS = (2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Rule:
    """What a rule finds.

    Attributes:
        name: name of the rule, ``"2SD"`` to ``"6SD"``, or ``"FWHM"``.
        threshold: intensity above which the rule finds scar, in the image's units; ``None`` where the image gives no
            threshold.
        found: mask of what the rule finds, (I, J, K); ``None`` where there is no remote myocardium to compare with.
    """

    name: str
    threshold: float | None
    found: Mask | None


def half_maximum(image: Image, anatomy: LVAnatomy, remote: Remote) -> float | None:
    """Full width at half maximum: half-way between remote myocardium and the brightest labelled infarct.

    Amado et al. (J Am Coll Cardiol 2004;44:2383) and Flett et al. (JACC Cardiovasc Imaging 2011;4:150) take half of
    the maximum signal of a hyperenhanced region that an observer points at, remote myocardium being nulled. Here the
    labelled infarct is that region. Half of the way, not half of the value, because remote myocardium is not at zero
    in every image (PSIR has an offset).

    Returns:
        Threshold in the image's units; ``None`` where no infarct is labelled: the brightest voxel of a healthy wall
        is noise, and half-way to it there would always be scar.
    """
    brightest = float(image[anatomy.infarct].max(initial=-np.inf))
    return (remote.mean + brightest) / 2 if brightest > remote.mean else None


def rules(image: Image, anatomy: LVAnatomy, remote: Remote | None) -> tuple[Rule, ...]:
    """Every rule within the wall, n SD by growing n and then FWHM.

    Labelled MVO counts as found: it is dark, so no rule sees it, and readers add it by hand (Flett et al. 2010).

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
    """
    names = [*(f"{count}SD" for count in SDS), "FWHM"]
    if remote is None:
        return tuple(Rule(name, None, None) for name in names)
    thresholds = [*(remote.mean + count * remote.sd for count in SDS), half_maximum(image, anatomy, remote)]
    return tuple(
        Rule(name, threshold, anatomy.mvo | (anatomy.wall & (image > (np.inf if threshold is None else threshold))))
        for name, threshold in zip(names, thresholds, strict=True)
    )
