"""The patches of a labelled patient for a bank: scar between remote and blood, free of the scan's own noise."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.generators.bank import BankPatch
from claim_aug.generators.edge import LEAST_SHARE, without_surroundings
from claim_aug.generators.texture import patches, unroll
from claim_aug.measures.remote import Image
from claim_aug.measures.shares import transmurality
from claim_aug.measures.tissue import Tissue, local_mean, measure, per_slice, share_of

#: Smaller components are mostly edge: their texture is the label's error.
FEWEST_VOXELS = 15
FEWEST_MVO = 6
#: Noise is compared in logarithms.
LEAST_NOISE = 1e-3
#: Relative intensities beyond this are fat or a label's error; blood is 1.
LIMITS = (-1.0, 4.0)


def bank_patches(image: Image, anatomy: LVAnatomy, source_patient: int) -> list[BankPatch]:
    """The patches of one patient, infarct and MVO; none where all its components of scar are too small.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        anatomy: ventricle with its labelled scar.
        source_patient: number that the patches carry.

    Raises:
        InputError: an image that is constant over the ventricle.
    """
    tissue = measure(image, anatomy)
    relative_intensity = scar_relative_intensity(image, anatomy, tissue)
    result = []
    for mvo, area, fewest in ((False, anatomy.scar, FEWEST_VOXELS), (True, anatomy.mvo, FEWEST_MVO)):
        for patch in patches(area, anatomy, fewest=fewest):
            used = anatomy.mvo[patch.voxels] == mvo
            if used.any():
                texture, measured = unroll(relative_intensity[patch.voxels], patch, used)
                own = np.zeros_like(area)
                own[patch.voxels] = True
                result.append(
                    BankPatch(
                        texture, measured, mvo, source_patient, patch.plane, patch.arc, patch.length, patch.thickness,
                        transmurality=transmurality(own, anatomy)[0],
                        noise=max(float(tissue.noise / tissue.contrast[patch.plane]), LEAST_NOISE),
                    )
                )  # fmt: skip
    return result


def scar_relative_intensity(image: Image, anatomy: LVAnatomy, tissue: Tissue) -> Image:
    """Relative intensity of the scar, (I, J, K): remote 0, blood 1; free of noise and of its surroundings."""
    across = anatomy.orientation.through_plane
    remote, contrast = (per_slice(values, across, 3) for values in (tissue.remote, tissue.contrast))
    seen = np.zeros_like(image)
    for part in (anatomy.infarct, anatomy.mvo):
        if part.any():
            seen[part] = without_noise(image, part, tissue, across)[part]
    seen = without_surroundings(seen, image, anatomy.scar, across)
    relative_intensity = (seen - remote) / contrast
    return np.clip(unmixed(relative_intensity, anatomy, across), *LIMITS)


def without_noise(image: Image, part: Mask, tissue: Tissue, across: int) -> Image:
    """The part's local mean, and the rest as far as the scan's noise does not account for it (Wiener)."""
    mean = local_mean(image, tissue.profile, part, across)
    rest = image - mean
    variance = float(rest[part].var())
    texture = max(1 - tissue.noise**2 / variance, 0) if variance else 0.0
    return np.asarray(mean + texture * rest)


def unmixed(relative_intensity: Image, anatomy: LVAnatomy, across: int) -> Image:
    """Infarct without the MVO beside it, and MVO without the infarct around it.

    Args:
        relative_intensity: relative intensity of the scar, (I, J, K), remote 0 and blood 1.
        anatomy: ventricle with its labelled scar.
        across: array axis across slices, 0-2.
    """
    if not (anatomy.mvo.any() and anatomy.infarct.any()):
        return relative_intensity
    obstructed = share_of(anatomy.mvo, anatomy.scar, across)
    middle = {
        "infarct": np.median(relative_intensity[anatomy.infarct]),
        "mvo": np.median(relative_intensity[anatomy.mvo]),
    }
    infarct = middle["mvo"] + (relative_intensity - middle["mvo"]) / np.maximum(1 - obstructed, LEAST_SHARE)
    mvo = middle["infarct"] + (relative_intensity - middle["infarct"]) / np.maximum(obstructed, LEAST_SHARE)
    return np.where(anatomy.mvo, mvo, infarct)
