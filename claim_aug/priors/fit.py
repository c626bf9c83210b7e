"""Learning the distributions of ``smile`` from labelled scars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import InputError
from claim_aug.measures.shares import burden, extent, from_endocardium, transmurality
from claim_aug.priors.distributions import ACUTE, Quantiles, ScarDistributions
from claim_aug.priors.territories import FEEDING, TERRITORIES

#: Fewer scars than this do not make a distribution.
FEWEST_SCARS = 5
#: Burden above which MVO is more often there than not is sought within these, %LV.
MVO_MIDDLES = np.linspace(1, 60, 60)


@dataclass(frozen=True)
class ScarMeasures:
    """What one labelled scar tells.

    Attributes:
        burden: size of the scar in percent of LV mass, 0-100.
        transmurality: mean share of the wall's thickness that is scar over the scarred sectors, 0-1.
        extent: share of the wall's sectors that are scarred, 0-1.
        parts: number of connected parts, those below half a percent of the wall not counted.
        mvo: share of the scar that is MVO, 0-1.
        unlabelled_endocardium: share of scarred sectors whose scar begins beyond the first layer under the endocardium,
            0-1.
        segments: share of each of the 17 segments that is scar, 0-1; ``None`` without an anchor.
        territory: artery that feeds most of the scar; ``None`` without an anchor.
    """

    burden: float
    transmurality: float
    extent: float
    parts: int
    mvo: float
    unlabelled_endocardium: float
    segments: tuple[float, ...] | None
    territory: str | None


def measure(anatomy: LVAnatomy) -> ScarMeasures:
    """Measure the scar of one ventricle; it needs to have some."""
    scar = anatomy.scar
    labelled, _ = ndimage.label(scar, np.ones((3, 3, 3)))
    sizes = np.bincount(labelled.ravel())[1:]
    wall, scarred = anatomy.segment_voxels(), anatomy.segment_voxels(scar)
    shares = tuple(scarred[segment] / wall[segment] if wall[segment] else 0.0 for segment in SEGMENTS)
    fed = [sum(FEEDING[segment][column] * scarred[segment] for segment in SEGMENTS) for column in range(3)]
    return ScarMeasures(
        burden=burden(scar, anatomy),
        transmurality=transmurality(scar, anatomy)[0],
        extent=extent(scar, anatomy),
        parts=max(1, int((sizes >= 0.005 * anatomy.wall_voxels).sum())),
        mvo=float(anatomy.mvo.sum() / scar.sum()),
        unlabelled_endocardium=1 - from_endocardium(scar, anatomy),
        segments=shares if anatomy.anchor.known else None,
        territory=TERRITORIES[int(np.argmax(fed))] if anatomy.anchor.known else None,
    )


def fit(scars: Sequence[ScarMeasures], *, source: str) -> ScarDistributions:
    """The distributions that these scars follow; what they do not tell stays clinical.

    Segment and territory frequencies come from anchored ventricles alone. MVO's frequency is a logistic curve in
    burden, its middle found by likelihood.

    Raises:
        InputError: fewer than ``FEWEST_SCARS`` scars.
    """
    if len(scars) < FEWEST_SCARS:
        msg = f"a distribution needs at least {FEWEST_SCARS} labelled scars, got {len(scars)}"
        raise InputError(msg)
    sizes = np.array([scar.burden for scar in scars])
    depths = np.array([scar.transmurality for scar in scars])
    gain, start = np.polyfit(sizes, depths, 1) if np.ptp(sizes) > 1 else (0.0, depths.mean())
    spread = float((depths - start - gain * sizes).std())
    parts = np.array([min(scar.parts, 3) for scar in scars])
    mvo = np.array([scar.mvo for scar in scars])
    distributions = replace(
        ACUTE,
        burden=quantiles(sizes),
        transmurality=(float(start), float(gain), spread),
        islands=tuple(float((parts == count).mean()) for count in (1, 2, 3)),  # type: ignore[arg-type]
        mvo=fit_mvo(sizes, mvo > 0),
        unlabelled_endocardium=float(np.mean([scar.unlabelled_endocardium for scar in scars])),
        source=source,
    )
    if (mvo > 0).sum() >= FEWEST_SCARS:
        distributions = replace(distributions, mvo_share=quantiles(mvo[mvo > 0]))
    anchored = [scar for scar in scars if scar.segments is not None]
    if len(anchored) >= FEWEST_SCARS:
        frequency = np.mean([scar.segments or () for scar in anchored], axis=0)
        # No segment is out of the question because a small data set happens to spare it.
        distributions = replace(distributions, segments=tuple(float(share) for share in np.maximum(frequency, 0.02)))
        counts = np.array([sum(scar.territory == artery for scar in anchored) + 1 for artery in TERRITORIES])
        distributions = replace(distributions, culprit=tuple(float(share) for share in counts / counts.sum()))  # type: ignore[arg-type]
    return distributions


def quantiles(values: np.ndarray) -> Quantiles:
    """Quantiles in steps of a tenth and at the ends."""
    shares = np.linspace(0, 1, 11)
    return tuple((float(share), float(size)) for share, size in zip(shares, np.quantile(values, shares), strict=True))


def fit_mvo(sizes: np.ndarray, present: np.ndarray) -> tuple[float, float, float]:
    """Ceiling, middle and width of the logistic curve of MVO over burden."""
    if not present.any():
        return (0.0, 14.0, 7.0)
    ceiling, width = 0.95, 7.0
    likelihood = []
    for middle in MVO_MIDDLES:
        chance = np.clip(ceiling / (1 + np.exp((middle - sizes) / width)), 1e-6, 1 - 1e-6)
        likelihood.append(float(np.log(np.where(present, chance, 1 - chance)).sum()))
    return (ceiling, float(MVO_MIDDLES[int(np.argmax(likelihood))]), width)
