"""How bright a scar is beside the scan's own remote myocardium and blood."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.remote import Image, remote_myocardium

#: Scar less above remote than this is found by no rule: 2 is the lowest n of the n-SD rules, and half of a maximum that
#: is lower lies within remote's own spread.
VISIBLE_SD = 2.0


def brightness(image: Image, before: Image, infarct: Mask, anatomy: LVAnatomy) -> dict[str, float | None]:
    """Mean of an infarct over remote myocardium, in two units.

    Args:
        image: intensities of the anatomy's region with new scar, (I, J, K), any units.
        before: the same without the new scar, whose remote myocardium a brightness is asked for in, too.
        infarct: mask of the new infarct, (I, J, K).
        anatomy: ventricle without the new scar.

    Returns:
        ``brightness_sd``, in standard deviations of remote, and ``brightness_ratio``, as a multiple of blood over
        remote; ``None`` where the scan does not tell.
    """
    nothing: dict[str, float | None] = {"brightness_sd": None, "brightness_ratio": None}
    remote = remote_myocardium(before, anatomy)
    if remote is None or not infarct.any():
        return nothing
    above = float(image[infarct].mean()) - remote.mean
    blood = float(np.median(before[anatomy.cavity])) - remote.mean
    return {
        "brightness_sd": round(above / remote.sd, 2) if remote.sd > 0 else None,
        "brightness_ratio": round(above / blood, 3) if abs(blood) > remote.sd else None,
    }


def hardly_visible(found: dict[str, float | None]) -> str | None:
    """What is to be said of a scar that no rule would find, given its ``brightness``; ``None`` of one that shows."""
    sd = found["brightness_sd"]
    if sd is None or sd >= VISIBLE_SD:
        return None
    return f"the infarct lies {sd:.1f} SD above remote myocardium: neither n-SD rules nor FWHM would find it"
