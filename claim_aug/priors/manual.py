"""``manual``: scar exactly where you say, by segment, territory or table, or by a mask of your own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy, Mask
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.anatomy.labels import present_values, whole_numbers
from claim_aug.errors import EmptyScarError, InputError, LabelError, MaskWarning
from claim_aug.priors.base import ScarMask
from claim_aug.priors.ranges import Range, check_range, check_segments, draw
from claim_aug.priors.table import check_table, read_table
from claim_aug.priors.territories import FEEDING, TERRITORIES, check_territory

#: Values that mark scar in a plain mask, beside 0.
PLAIN = (1, 255)


class ManualPrior:
    """Fills places of the wall from the endocardium to a depth, or takes a mask. Give one of:

    Args:
        segments: AHA segments, 1-17, that are filled to ``transmurality``.
        territory: artery, ``"LAD"``, ``"RCA"`` or ``"LCX"``, whose segments in most people are filled likewise.
        transmurality: share of the wall's depth that is filled, 0.05-1; a number or a range. 1 where not given.
        table: transmurality per segment, as a mapping or as a CSV file with a row ``segment,transmurality`` for each
            (0-1, or percent where a value exceeds 1).
        mask: scar on the scan's grid, (I, J) or (I, J, K): 0 and 1 (or 255, or True) with 1 for infarct, or a label map
            in the values of ``labels``.
        labels: scheme of a ``mask`` that is a label map.

    Raises:
        InputError: none or several of segments, territory, table and mask, or one with nothing usable in it.
    """

    def __init__(
        self,
        *,
        segments: Iterable[int] | None = None,
        territory: str | None = None,
        transmurality: Range = None,
        table: Mapping[int, float] | str | Path | None = None,
        mask: ArrayLike | None = None,
        labels: LabelScheme | str = "emidec",
    ) -> None:
        places = {"segments": segments, "territory": territory, "table": table, "mask": mask}
        given = [name for name, value in places.items() if value is not None]
        if len(given) != 1:
            what = f"{' and '.join(given)} clash" if given else "nothing was given"
            msg = f"the manual prior needs segments, a territory, a table or a mask, one of them: {what}"
            raise InputError(msg)
        if transmurality is not None and given[0] in ("mask", "table"):
            msg = f"{given[0]} and transmurality clash: a {given[0]} has its own depth"
            raise InputError(msg)
        self.segments = check_segments(segments) or territory_segments(check_territory(territory))
        self.transmurality = check_range("transmurality", transmurality, 0.05, 1)
        self.table = None if table is None else check_table(table if isinstance(table, Mapping) else read_table(table))
        self.mask = None if mask is None else np.asarray(mask)
        self.labels = LabelScheme.parse(labels)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The mask that was asked for; nothing is random but a transmurality given as a range."""
        if self.mask is not None:
            return from_mask(self.mask, self.labels, anatomy)
        depth = draw(self.transmurality, lambda _: 1.0, rng)
        table = self.table or dict.fromkeys(self.segments, depth)
        depths = np.array([table.get(segment, 0.0) for segment in (0, *SEGMENTS)])[anatomy.segment]
        infarct = anatomy.healthy & (depths > 0) & (anatomy.transmural <= depths)
        if not infarct.any():
            msg = f"no healthy myocardium of this scan lies in AHA segments {sorted(table)}"
            raise EmptyScarError(msg)
        params = {"prior": "manual", "transmurality": {str(segment): value for segment, value in table.items()}}
        return ScarMask(infarct, np.zeros_like(infarct), params)


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


def territory_segments(territory: str | None) -> tuple[int, ...]:
    """The segments that an artery feeds in most people."""
    if territory is None:
        return ()
    column = TERRITORIES.index(territory)
    return tuple(segment for segment, shares in FEEDING.items() if shares[column] == max(shares))
