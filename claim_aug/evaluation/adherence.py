"""Whether the image shows scar where it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.errors import InputError
from claim_aug.measures.dice import dice
from claim_aug.measures.remote import Image, remote_myocardium
from claim_aug.measures.thresholds import rules

#: From an image of a region, (I, J, K), and its ventricle to a mask of the region.
Segmenter = Callable[[Image, LVAnatomy], Mask]


@dataclass(frozen=True)
class Adherence:
    """Dice (0-1) of the asked mask with what rules and a segmenter find; ``None`` where one cannot judge."""

    five_sd: float | None
    fwhm: float | None
    segmenter: float | None = None


def adherence(
    image: Image, anatomy: LVAnatomy, infarct: Mask, mvo: Mask, *, segment: Segmenter | None = None
) -> Adherence:
    """Compare the asked scar with what the image shows.

    Labelled MVO counts as found by the rules: it is dark. FWHM takes its maximum from the asked infarct.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any units.
        infarct, mvo: masks of the scar that was asked for, (I, J, K).
        segment: function that finds scar in the region, such as a network trained on real scars.

    Raises:
        InputError: a mask of the segmenter of another shape, or one that is not boolean.
    """
    asked = replace(anatomy, infarct=infarct, mvo=mvo)
    found = {rule.name: rule.found for rule in rules(image, asked, remote_myocardium(image, asked))}
    scores = [None if mask is None else dice(mask, asked.scar) for mask in (found["5SD"], found["FWHM"])]
    return Adherence(
        scores[0], scores[1], None if segment is None else dice(segmented(image, anatomy, segment), asked.scar)
    )


def segmented(image: Image, anatomy: LVAnatomy, segment: Segmenter) -> Mask:
    """The segmenter's mask, held to its contract."""
    mask = segment(image, anatomy)
    if mask.shape != image.shape or mask.dtype != bool:
        msg = f"segment needs to give a bool mask of shape {image.shape}, got {mask.dtype} of {mask.shape}; resample it"
        raise InputError(msg)
    return mask
