"""What a labelled patient gives to a bank: its scar between remote and blood, rid of the scan's own noise."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.generators.bank import DonorPatch
from claim_aug.generators.edge import LEAST_SHARE, without_surroundings
from claim_aug.generators.texture import patches, unroll
from claim_aug.measures.remote import Image
from claim_aug.measures.shares import transmurality
from claim_aug.measures.tissue import Tissue, along, local_mean, measure, share_of

#: Smaller pieces are mostly edge: their texture is the label's error.
FEWEST_VOXELS = 15
FEWEST_MVO = 6
#: Noise is compared in logarithms.
LEAST_NOISE = 1e-3
#: Normalised intensities beyond this are fat or a label's error; blood is 1.
LIMITS = (-1.0, 4.0)


def donor_patches(image: Image, anatomy: LVAnatomy, donor: int) -> list[DonorPatch]:
    """The patches of one patient, infarct and MVO; none where all its pieces of scar are too small.

    Raises:
        InputError: the ventricle is one constant.
    """
    tissue = measure(image, anatomy)
    height = scar_height(image, anatomy, tissue)
    result = []
    for mvo, area, fewest in ((False, anatomy.scar, FEWEST_VOXELS), (True, anatomy.mvo, FEWEST_MVO)):
        for patch in patches(area, anatomy, fewest=fewest):
            used = anatomy.mvo[patch.voxels] == mvo
            if used.any():
                texture, measured = unroll(height[patch.voxels], patch, used)
                own = np.zeros_like(area)
                own[patch.voxels] = True
                result.append(
                    DonorPatch(
                        texture, measured, mvo, donor, patch.plane, patch.arc, patch.length, patch.thickness,
                        transmurality=transmurality(own, anatomy)[0],
                        noise=max(float(tissue.noise / tissue.contrast[patch.plane]), LEAST_NOISE),
                    )
                )  # fmt: skip
    return result


def scar_height(image: Image, anatomy: LVAnatomy, tissue: Tissue) -> Image:
    """Normalised intensity of the scar, (I, J, K): remote 0, blood 1; free of noise and of its surroundings."""
    across = anatomy.orientation.through_plane
    remote, contrast = (along(values, across, 3) for values in (tissue.remote, tissue.contrast))
    seen = np.zeros_like(image)
    for part in (anatomy.infarct, anatomy.mvo):
        if part.any():
            seen[part] = without_noise(image, part, tissue, across)[part]
    seen = without_surroundings(seen, image, anatomy.scar, across)
    height = (seen - remote) / contrast
    return np.clip(unmixed(height, anatomy, across), *LIMITS)


def without_noise(image: Image, part: Mask, tissue: Tissue, across: int) -> Image:
    """The part's local mean, and the rest as far as the scan's noise does not account for it (Wiener)."""
    mean = local_mean(image, tissue.profile, part, across)
    rest = image - mean
    variance = float(rest[part].var())
    texture = max(1 - tissue.noise**2 / variance, 0) if variance else 0.0
    return np.asarray(mean + texture * rest)


def unmixed(height: Image, anatomy: LVAnatomy, across: int) -> Image:
    """Infarct without the MVO beside it, and MVO without the infarct around it."""
    if not (anatomy.mvo.any() and anatomy.infarct.any()):
        return height
    obstructed = share_of(anatomy.mvo, anatomy.scar, across)
    level = {"infarct": np.median(height[anatomy.infarct]), "mvo": np.median(height[anatomy.mvo])}
    infarct = level["mvo"] + (height - level["mvo"]) / np.maximum(1 - obstructed, LEAST_SHARE)
    mvo = level["infarct"] + (height - level["infarct"]) / np.maximum(obstructed, LEAST_SHARE)
    return np.where(anatomy.mvo, mvo, infarct)
