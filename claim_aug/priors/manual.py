"""``manual``: scar exactly where you say, by AHA segment or by a mask of your own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from claim_aug.anatomy import LabelScheme, LVAnatomy, Mask
from claim_aug.anatomy.labels import present_values, whole_numbers
from claim_aug.errors import InputError, LabelError, MaskWarning
from claim_aug.priors.base import ScarMask
from claim_aug.priors.ranges import Range, check_range, check_segments, draw


class ManualPrior:
    """Fills AHA segments from the endocardium to a transmurality, or takes a mask.

    Args:
        segments: AHA segments to fill.
        transmurality: share of the wall's depth that is filled, 0.05-1; a number or a range. 1 where not given.
        mask: array in the scan's grid. Values of ``labels`` with scar among them are read as a label map; any other
            array marks infarct wherever it is not zero.
        labels: scheme of a ``mask`` that is a label map.

    Raises:
        InputError: neither or both of ``segments`` and ``mask``, or a mask with nothing usable in it.
    """

    def __init__(
        self,
        *,
        segments: Iterable[int] | None = None,
        transmurality: Range = None,
        mask: ArrayLike | None = None,
        labels: LabelScheme | str = "emidec",
    ) -> None:
        self.segments = check_segments(segments)
        self.transmurality = check_range("transmurality", transmurality, 0.05, 1)
        self.mask = None if mask is None else np.asarray(mask)
        self.labels = LabelScheme.parse(labels)
        if (self.segments is None) == (self.mask is None):
            msg = "the manual prior needs either segments (with a transmurality) or a mask"
            raise InputError(msg)
        if self.mask is not None and self.transmurality is not None:
            msg = "mask and transmurality clash: a mask is taken as it is"
            raise InputError(msg)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The mask that was asked for; nothing is random but a transmurality given as a range."""
        if self.mask is not None:
            return self._from_mask(self.mask, anatomy)
        depth = draw(self.transmurality, lambda _: 1.0, rng)
        infarct = anatomy.healthy & np.isin(anatomy.segment, self.segments or ()) & (anatomy.depth <= depth)
        if not infarct.any():
            msg = f"no healthy myocardium of this scan lies in AHA segments {list(self.segments or ())}"
            raise InputError(msg)
        drawn = {"prior": "manual", "segments": list(self.segments or ()), "transmurality": depth}
        return ScarMask(infarct, np.zeros_like(infarct), drawn)

    def _from_mask(self, given: np.ndarray, anatomy: LVAnatomy) -> ScarMask:
        infarct, mvo = scar_of(given, self.labels)
        if infarct.ndim == 2:
            infarct, mvo = infarct[..., None], mvo[..., None]
        if infarct.shape != anatomy.grid_shape:
            msg = f"the mask has the shape {infarct.shape}, the scan {anatomy.grid_shape}; draw it on the scan's grid"
            raise InputError(msg)
        asked = int((infarct | mvo).sum())
        infarct, mvo = infarct[anatomy.box] & anatomy.healthy, mvo[anatomy.box] & anatomy.healthy
        kept = int((infarct | mvo).sum())
        if kept == 0:
            msg = (
                f"none of the {asked} scar voxels of the mask lies in healthy myocardium; "
                "existing=replace draws over scar that the scan has"
            )
            raise InputError(msg)
        note = None
        if kept < asked:
            note = f"{asked - kept} of the {asked} scar voxels of the mask lie outside the healthy myocardium: left out"
            warnings.warn(note, MaskWarning, stacklevel=4)
        return ScarMask(infarct, mvo, {"prior": "manual", "mask": "given"}, note)


def scar_of(array: np.ndarray, scheme: LabelScheme) -> tuple[Mask, Mask]:
    """Infarct and MVO of a label map, or of a plain mask (not zero is infarct)."""
    if array.dtype != bool:
        try:
            values = set(present_values(whole_numbers(array))) - set(scheme.background)
        except LabelError as error:
            msg = f"the mask is neither a plain mask nor a label map: {error}"
            raise InputError(msg) from error
        if len(values) > 1 and values <= set(scheme.values):
            tissues = scheme.read(array)
            return tissues.infarct, tissues.mvo
    return array != 0, np.zeros(array.shape, bool)
