"""``random``: blobs anywhere in the wall, the baseline that knows no anatomy but the wall's border."""

from __future__ import annotations

import numpy as np

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import EmptyScarError
from claim_aug.fields import smooth_field
from claim_aug.priors.base import ScarMask
from claim_aug.priors.distributions import ACUTE
from claim_aug.priors.ranges import Range, check_range, draw


class RandomPrior:
    """Takes the peaks of a smooth random field within the healthy wall.

    Args:
        burden: size of the scar in percent of LV mass, 0.1-100; a number, a pair, or ``None`` for the clinical
            distribution.
        blob_size: scale of the field in mm, 1-30.

    Raises:
        InputError: a parameter out of range.
    """

    def __init__(self, *, burden: Range = None, blob_size: Range = (4.0, 10.0)) -> None:
        self.burden = check_range("burden", burden, 0.1, 100)
        self.blob_size = check_range("blob_size", blob_size, 1, 30)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Draw size and scale, then the field."""
        size = draw(self.burden, ACUTE.draw_burden, rng)
        scale = draw(self.blob_size, lambda _: 6.0, rng)
        field = smooth_field(anatomy.wall.shape, [scale / spacing for spacing in anatomy.spacing], rng)
        candidates = np.flatnonzero(anatomy.healthy)
        if candidates.size == 0:
            msg = "there is no healthy myocardium left for new scar; existing=replace takes its place"
            raise EmptyScarError(msg)
        wanted = max(1, round(size / 100 * anatomy.wall_voxels))
        highest = candidates[np.argsort(-field.flat[candidates], kind="stable")[:wanted]]
        infarct = np.zeros(anatomy.wall.shape, bool)
        infarct.flat[highest] = True
        note = None if candidates.size >= wanted else f"burden {size:.1f} %LV was wanted, the healthy wall holds less"
        return ScarMask(infarct, np.zeros_like(infarct), {"prior": "random", "burden": size, "blob_size": scale}, note)
