"""A mask prior in one file: the mid-wall septal stripe of dilated cardiomyopathy (JCMR 14:54, Table 5)."""

import numpy as np

from claim_aug import LVAnatomy, ScarMask, hookimpl

SEPTUM = (2, 3, 8, 9, 14)


class MidWallPrior:
    """Fills the middle of the septal wall; ``thickness`` is the share of its depth that is filled, 0-1."""

    def __init__(self, *, thickness: float = 0.4) -> None:
        self.thickness = thickness

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The stripe, a little off the middle."""
        middle = rng.uniform(0.4, 0.6)
        stripe = np.isin(anatomy.segment, SEPTUM) & (abs(anatomy.transmural - middle) < self.thickness / 2)
        infarct = stripe & anatomy.healthy
        return ScarMask(infarct, np.zeros_like(infarct), {"prior": "midwall", "middle": middle})


@hookimpl
def register_priors(register):
    """Tell claim_aug about the prior."""
    register("midwall", MidWallPrior, summary="mid-wall septal stripe of dilated cardiomyopathy")
