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
        infarct: voxels of infarct inside the healthy wall, (I, J, K) boolean.
        mvo: voxels of MVO inside the healthy wall, none of them infarct, (I, J, K) boolean.
        params: parameters that were drawn or given, ready for JSON.
        note: reason why a request was not met; ``None`` where it was.
        grey_zone: part of ``infarct`` where living and dead cells mix; ``None`` where a prior knows of none.

    Example:
        >>> import numpy as np
        >>> infarct = np.zeros((4, 4, 2), bool)
        >>> infarct[1, 1] = True
        >>> ScarMask(infarct, np.zeros_like(infarct), {"prior": "mine"})
        ScarMask(infarct=2 voxels, mvo=0 voxels, prior='mine')
    """

    infarct: Mask
    mvo: Mask
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    grey_zone: Mask | None = None

    def __repr__(self) -> str:
        counts = f"infarct={int(self.infarct.sum())} voxels, mvo={int(self.mvo.sum())} voxels"
        return f"ScarMask({counts}, prior={self.params.get('prior', '?')!r})"

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
    """The choice of where scar goes. One object serves many scans and threads: it keeps no scan and no random state.

    Example:
        >>> import numpy as np
        >>> from claim_aug import ScarMask, ScarSynthesizer
        >>> from claim_aug.phantom import make_phantom
        >>> class Lateral:
        ...     def sample(self, anatomy, rng):
        ...         infarct = np.isin(anatomy.segment, (5, 11)) & anatomy.healthy
        ...         return ScarMask(infarct, np.zeros_like(infarct), {"prior": "lateral"})
        >>> scan = make_phantom(1, scar=False, shape=(80, 80, 4))
        >>> sample = ScarSynthesizer(Lateral(), labels="phantom").sample(
        ...     scan.image, scan.labels, affine=scan.affine, seed=0
        ... )
        >>> sample.parameters["realised"]["segments"]
        [5, 11]
    """

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
