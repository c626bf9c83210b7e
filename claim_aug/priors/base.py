"""What a mask prior is, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.measures.shares import burden, extent, transmurality


@dataclass(frozen=True)
class ScarMask:
    """Where new scar goes, in the region of the anatomy.

    Attributes:
        infarct, mvo: disjoint masks inside the healthy wall.
        params: the parameters that were drawn or given, ready for JSON.
        note: why a request was not met, if so.
        grey_zone: the part of ``infarct`` where living and dead cells mix; ``None`` where a prior knows of none.
    """

    infarct: Mask
    mvo: Mask
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    grey_zone: Mask | None = None

    @property
    def scar(self) -> Mask:
        """Infarct and MVO."""
        return self.infarct | self.mvo

    def cut(self, part: tuple[slice, ...]) -> ScarMask:
        """The mask in a part of the region."""
        grey = None if self.grey_zone is None else self.grey_zone[part]
        return replace(self, infarct=self.infarct[part], mvo=self.mvo[part], grey_zone=grey)

    def placed(self, shape: tuple[int, ...], part: tuple[slice, ...]) -> ScarMask:
        """The same mask in a larger region, of which it covers ``part``."""

        def place(mask: Mask) -> Mask:
            whole = np.zeros(shape, bool)
            whole[part] = mask
            return whole

        grey = None if self.grey_zone is None else place(self.grey_zone)
        return replace(self, infarct=place(self.infarct), mvo=place(self.mvo), grey_zone=grey)


class MaskPrior(Protocol):
    """Decides where scar goes. One object serves many scans and many threads: it holds no state and no generator."""

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Draw one scar within ``anatomy.healthy``."""
        ...


def percent_of_scar(part: Mask | None, mask: ScarMask) -> float:
    """Share of the scar that a part of it takes, in percent."""
    return 0.0 if part is None else round(100 * float(part.sum()) / max(int(mask.scar.sum()), 1), 2)


def realised(mask: ScarMask, anatomy: LVAnatomy) -> dict[str, Any]:
    """What the mask turned out to be: burden, transmurality, AHA segments, volume; ready for JSON."""
    mean, peak = transmurality(mask.scar, anatomy)
    voxels = {segment: count for segment, count in anatomy.segment_voxels(mask.scar).items() if count}
    millilitres = None if anatomy.voxel_ml is None else round(int(mask.scar.sum()) * anatomy.voxel_ml, 3)
    return {
        "burden_percent": round(burden(mask.scar, anatomy), 3),
        "total_burden_percent": round(burden(mask.scar | anatomy.scar, anatomy), 3),
        "extent": round(extent(mask.scar, anatomy), 4),
        "transmurality_mean": round(mean, 3),
        "transmurality_peak": round(peak, 3),
        "segments": list(voxels),
        "segment_voxels": {str(segment): count for segment, count in voxels.items()},
        "scar_ml": millilitres,
        "mvo_percent_of_scar": percent_of_scar(mask.mvo, mask),
        "grey_zone_percent_of_scar": percent_of_scar(mask.grey_zone, mask),
    }
