"""A mask prior, a generator and a label scheme for claim_aug, in one file."""

import numpy as np

from claim_aug import LVAnatomy, Rendering, ScarMask, hookimpl
from claim_aug.priors import Range, check_range, draw

SEPTUM = (2, 3, 8, 9)


class MidWallPrior:
    """Fills the middle of the septal wall: the stripe of dilated cardiomyopathy (JCMR 2012;14:54, Table 5).

    Args:
        thickness: share of the wall's depth that is filled, 0.2-1; a number, or a pair to draw from.
    """

    def __init__(self, *, thickness: Range = (0.3, 0.5)) -> None:
        self.thickness = check_range("thickness", thickness, 0.2, 1)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """The stripe, a little off the middle."""
        middle = float(rng.uniform(0.45, 0.55))
        thickness = draw(self.thickness, lambda rng: 0.4, rng)
        stripe = np.isin(anatomy.segment, SEPTUM) & (abs(anatomy.transmural - middle) < thickness / 2)
        infarct = stripe & anatomy.healthy
        params = {"prior": "midwall", "middle": middle, "thickness": thickness}
        return ScarMask(infarct, np.zeros_like(infarct), params)


class ShiftGenerator:
    """Lifts the wall to the brightness of blood where the scar is, and leaves its noise as it is.

    Args:
        brightness: brightness of scar over healthy wall as a multiple of blood over healthy wall, 0.5-3; a number, or
            a pair to draw from.
    """

    def __init__(self, *, brightness: Range = (0.9, 1.5)) -> None:
        self.brightness = check_range("brightness", brightness, 0.5, 3)

    def render(self, image: np.ndarray, mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator) -> Rendering:
        """The image with scar; only the voxels of the scar are used."""
        brightness = draw(self.brightness, lambda rng: 1.0, rng)
        wall, blood = np.median(image[anatomy.healthy]), np.median(image[anatomy.cavity])
        lifted = image + brightness * (blood - wall)
        # MVO is dark: it stays as the wall is.
        return Rendering(np.where(mask.mvo, image, lifted), {"generator": "shift", "brightness": brightness})


@hookimpl
def register_priors(register):
    """Tell claim_aug about the prior."""
    register("midwall", MidWallPrior, summary="mid-wall septal stripe of dilated cardiomyopathy")


@hookimpl
def register_generators(register):
    """Tell claim_aug about the generator."""
    register("shift", ShiftGenerator, summary="the wall, as bright as blood")


@hookimpl
def register_label_schemes(register):
    """Tell claim_aug about the label values of our own data."""
    register("ours", "cavity=1,myocardium=2+6,infarct=3,mvo=4,rv=5", summary="our site, with 6 for oedema")
