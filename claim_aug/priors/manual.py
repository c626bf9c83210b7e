"""``manual``: scar exactly where you say, by segment, territory or table, or by a mask of your own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from claim_aug.anatomy import LabelScheme, LVAnatomy, Mask
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.anatomy.labels import present_values, whole_numbers
from claim_aug.errors import EmptyScarError, InputError, LabelError, MaskWarning
from claim_aug.priors.base import ScarMask
from claim_aug.priors.growth import grey_zone_rim, mvo_region
from claim_aug.priors.places import check_levels, common_segments, unusual
from claim_aug.priors.ranges import Range, check_range, check_segments, draw
from claim_aug.priors.requested import as_note, unmet_shares
from claim_aug.priors.table import check_table, read_table
from claim_aug.priors.territories import check_territory

#: Values that mark scar in a plain mask, beside 0.
PLAIN = (1, 255)


class ManualPrior:
    """Fills places of the wall from the endocardium to a depth, or takes a mask.

    Give a table, a mask, or some of segments, territory and levels, of which what all leave is filled.

    Args:
        segments: AHA segments, 1-17, that are filled to ``transmurality``.
        territory: artery, ``"LAD"``, ``"RCA"`` or ``"LCX"``, whose segments in most people are filled likewise.
        levels: levels, ``"basal"``, ``"mid"``, ``"apical"`` and ``"apex"``, that are filled likewise.
        transmurality: share of the wall's depth that is filled, 0.05-1; a number or a range. 1 where not given.
        table: transmurality per segment, as a mapping or as a CSV file with a row ``segment,transmurality`` for each
            (shares, or percent where a value exceeds 1).
        mask: scar on the scan's grid, (I, J) or (I, J, K): 0 and 1 (or 255, or True) with 1 for infarct, or a label map
            in the values of ``labels``.
        mvo: share of the scar that is microvascular obstruction, 0-0.6; its core. None where not given.
        grey_zone: share of the scar that is grey zone at its rim, 0-0.6. None where not given.
        labels: scheme of a ``mask`` that is a label map.

    Raises:
        InputError: nothing to fill, or several ways at once, or one with nothing usable in it.
    """

    def __init__(
        self,
        *,
        segments: Iterable[int] | None = None,
        territory: str | None = None,
        levels: Iterable[str] | str | None = None,
        transmurality: Range = None,
        table: Mapping[int, float] | str | Path | None = None,
        mask: ArrayLike | None = None,
        mvo: Range = None,
        grey_zone: Range = None,
        labels: LabelScheme | str = "emidec",
    ) -> None:
        places = {"segments": segments, "territory": territory, "levels": levels, "table": table, "mask": mask}
        given = [name for name, value in places.items() if value is not None]
        if not given or (len(given) > 1 and given[-1] in ("table", "mask")):
            what = f"{' and '.join(given)} clash" if given else "nothing was given"
            msg = f"the manual prior needs segments, territory or levels, or a table, or a mask: {what}"
            raise InputError(msg)
        if transmurality is not None and given[0] in ("mask", "table"):
            msg = f"{given[0]} and transmurality clash: a {given[0]} has its own depth"
            raise InputError(msg)
        self.territory = check_territory(territory)
        self.segments = common_segments(self.territory, check_segments(segments), check_levels(levels)) or ()
        self.transmurality = check_range("transmurality", transmurality, 0.05, 1)
        self.table = None if table is None else check_table(table if isinstance(table, Mapping) else read_table(table))
        self.mask = None if mask is None else np.asarray(mask)
        self.mvo, self.grey_zone = check_range("mvo", mvo, 0, 0.6), check_range("grey_zone", grey_zone, 0, 0.6)
        self.labels = LabelScheme.parse(labels)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The mask that was asked for; nothing is random but what is given as a range."""
        mask = from_mask(self.mask, self.labels, anatomy) if self.mask is not None else self.filled(anatomy, rng)
        if self.mvo is None and self.grey_zone is None:
            return mask
        if mask.mvo.any() and self.mvo is not None:
            msg = "mask and mvo clash: the mask has MVO of its own"
            raise InputError(msg)
        return self.with_parts(mask, anatomy, rng)

    def with_parts(self, mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The scar with MVO in its core and grey zone at its rim, in the shares that were asked for."""
        scar = mask.scar
        depth = ndimage.distance_transform_edt(scar, sampling=anatomy.spacing)
        time = 1 / (1 + depth[anatomy.healthy])  # what lies deep in the scar died first
        mvo = mask.mvo | mvo_region(scar, time, draw(self.mvo, lambda _: 0.0, rng), anatomy)
        share = min(draw(self.grey_zone, lambda _: 0.0, rng), 0.9)
        grey = grey_zone_rim(scar & ~mvo, scar, time, share, anatomy) if share else None
        done = replace(mask, infarct=scar & ~mvo, mvo=mvo, grey_zone=grey)
        unmet = unmet_shares(done, anatomy, mvo=self.mvo, grey_zone=self.grey_zone)
        return replace(done, note=as_note([mask.note, *unmet]))

    def filled(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Segments filled from the endocardium to their depth."""
        depth = draw(self.transmurality, lambda _: 1.0, rng)
        table = self.table or dict.fromkeys(self.segments, depth)
        depths = np.array([table.get(segment, 0.0) for segment in (0, *SEGMENTS)])[anatomy.segment]
        infarct = anatomy.healthy & (depths > 0) & (anatomy.transmural <= depths)
        if not infarct.any():
            msg = f"no healthy myocardium of this scan lies in AHA segments {sorted(table)}"
            raise EmptyScarError(msg)
        note = unusual(self.territory, self.segments)
        params = {"prior": "manual", "transmurality": {str(segment): value for segment, value in table.items()}}
        return ScarMask(infarct, np.zeros_like(infarct), params, note)


def from_mask(given: NDArray[np.generic], scheme: LabelScheme, anatomy: LVAnatomy) -> ScarMask:
    """The part of a mask that lies in healthy myocardium; what does not is left out and said.

    Raises:
        InputError: a mask on another grid, or one of which nothing lies in healthy myocardium.
    """
    infarct, mvo = scar_of(given, scheme)
    if infarct.ndim == 2:
        infarct, mvo = infarct[..., None], mvo[..., None]
    if infarct.shape != anatomy.grid_shape:
        msg = f"the mask has the shape {infarct.shape}, the scan {anatomy.grid_shape}; draw it on the scan's grid"
        raise InputError(msg)
    asked = int((infarct | mvo).sum())
    if asked == 0:
        msg = "the mask has no scar in it; mark scar with 1, or with the scheme's values of infarct and mvo"
        raise InputError(msg)
    infarct, mvo = infarct[anatomy.box] & anatomy.healthy, mvo[anatomy.box] & anatomy.healthy
    kept = int((infarct | mvo).sum())
    if kept == 0:
        covered = bool(anatomy.scar.any())
        more = "existing=replace draws over scar that the scan has" if covered else "is it the mask of another scan?"
        msg = f"none of the {asked} scar voxels of the mask lies in healthy myocardium; {more}"
        raise InputError(msg)
    note = None
    if kept < asked:
        note = f"{asked - kept} of the {asked} scar voxels of the mask lie outside the healthy myocardium: left out"
        warnings.warn(note, MaskWarning, stacklevel=4)
    return ScarMask(infarct, mvo, {"prior": "manual", "mask": "given"}, note)


def scar_of(array: NDArray[np.generic], scheme: LabelScheme) -> tuple[Mask, Mask]:
    """Infarct and MVO of a label map, or of a plain mask.

    Raises:
        InputError: values that are neither.
    """
    if array.dtype == bool:
        return array != 0, np.zeros(array.shape, bool)
    try:
        values = set(present_values(whole_numbers(array)))
    except LabelError as error:
        msg = f"the mask is neither a plain mask nor a label map: {error}; threshold a map of shares: mask > 0.5"
        raise InputError(msg) from error
    if any(values <= {0, one} for one in PLAIN):
        return array != 0, np.zeros(array.shape, bool)
    if values <= set(scheme.values):
        tissues = scheme.read(array)
        return tissues.infarct, tissues.mvo
    held = sorted(values)
    shown = ", ".join(map(str, held[:8])) + (", ..." if len(held) > 8 else "")
    msg = (
        f"the mask holds {shown}, which is neither 0 and 1 nor the labels {scheme}; threshold it where scar is meant, "
        f"such as mask >= {max(held)}, or say what its labels mean (labels, --labels)"
    )
    raise InputError(msg)
