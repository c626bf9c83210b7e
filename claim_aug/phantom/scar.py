"""The infarct of a phantom: the same ``smile`` prior that serves real scans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.priors.smile import SmilePrior

Mask = NDArray[np.bool_]


def draw_scar(
    labels: NDArray[np.uint8], parameters: PhantomParameters, rng: np.random.Generator, *, mvo: bool | None
) -> tuple[Mask, Mask]:
    """Infarct and MVO, disjoint, (I, J, K) inside label 2.

    Args:
        labels: label map of the phantom without scar, (I, J, K).
        parameters: numbers of the phantom, of which spacing and anterior RV insertion count.
        rng: source of the randomness.
        mvo: whether there is microvascular obstruction; ``None`` leaves it to the prior.
    """
    anatomy = read_ventricle(labels, parameters)
    share = None if mvo is None else (0.05, 0.3) if mvo else 0.0
    mask = SmilePrior(mvo=share).sample(anatomy, rng)
    return anatomy.on_grid(mask.infarct), anatomy.on_grid(mask.mvo)


def read_ventricle(labels: NDArray[np.uint8], parameters: PhantomParameters) -> LVAnatomy:
    """The ventricle of a phantom's labels, anchored where the phantom has its anterior RV insertion."""
    return LVAnatomy.from_labels(
        labels,
        "phantom",
        spacing=parameters.spacing,
        through_plane=2,
        base="last",
        winding=-1,
        anterior_insertion=parameters.anterior_insertion_deg,
    )
