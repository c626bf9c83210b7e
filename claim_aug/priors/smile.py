"""``smile``: ischaemic scar placed by coronary territory and AHA segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import InputError
from claim_aug.priors.base import ScarMask, burden
from claim_aug.priors.ranges import Range, check_range, check_segments, draw
from claim_aug.priors.territories import check_territory, draw_segments, draw_territory
from claim_aug.priors.wavefront import Front, arrival, core, grow, without_crumbs

#: Quantiles of infarct size in %LV mass: median 18, interquartile range 8-28. Between Rubenstein's 15 +- 12 and
#: 26 +- 12, 8 +- 8 to 23 +- 9 in first infarcts (PMC2948162), and EMIDEC's 24 +- 16 mL.
BURDEN_QUANTILES = ((0, 1.5), (0.25, 8), (0.5, 18), (0.75, 28), (1, 45))
#: Quantiles of the share of MVO in infarcts that have it, in the patients of ``clinical_mvo``.
MVO_QUANTILES = ((0, 0.01), (0.25, 0.06), (0.5, 0.11), (0.75, 0.21), (1, 0.3))
#: A front this far past the epicardium has taken every voxel of the wall it can reach.
FULL_REACH = 3.0


@dataclass(frozen=True)
class SmileParameters:
    """Everything ``smile`` draws for one scar; ``burden`` in %LV, ``mvo`` as share of the scar."""

    burden: float
    territory: str | None
    front: Front
    reach_fixed: bool
    mvo: float


class SmilePrior:
    """Grows one ischaemic scar from the endocardium in the territory of a coronary artery.

    A number is fixed, a pair is a range, ``None`` is the clinical distribution.

    Args:
        burden: scar in percent of LV mass, 0.1-100.
        transmurality: depth of the scar at its centre as a share of the wall, 0.05-1.
        territory: ``"LAD"``, ``"RCA"`` or ``"LCX"``.
        segments: AHA segments that the scar may not leave.
        mvo: share of the scar that is microvascular obstruction, 0-0.6; ``None`` draws whether there is any,
            likelier in large infarcts (PMC2948162).

    Raises:
        InputError: a parameter out of range, or both ``territory`` and ``segments``.
    """

    def __init__(
        self,
        *,
        burden: Range = None,
        transmurality: Range = None,
        territory: str | None = None,
        segments: Iterable[int] | None = None,
        mvo: Range = None,
    ) -> None:
        self.burden = check_range("burden", burden, 0.1, 100)
        self.transmurality = check_range("transmurality", transmurality, 0.05, 1)
        self.territory = check_territory(territory)
        self.segments = check_segments(segments)
        self.mvo = check_range("mvo", mvo, 0, 0.6)
        if self.territory and self.segments:
            msg = f"territory {self.territory} and segments {list(self.segments)} clash: give one of them"
            raise InputError(msg)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Draw the parameters of a scar, then grow it."""
        return apply(self.sample_parameters(anatomy, rng), anatomy, rng)

    def sample_parameters(self, anatomy: LVAnatomy, rng: np.random.Generator) -> SmileParameters:
        """Size first, then place, depth (larger infarcts are more often transmural) and shape."""
        size = draw(self.burden, clinical_burden, rng)
        territory = None if self.segments else self.territory or draw_territory(rng)
        fed = self.segments or draw_segments(territory or "LAD", rng)
        angle, position = draw_centre(fed, anatomy, rng)
        # Nobody knows where the artery is in a ventricle without an anchor; always the same wall would be a bias.
        loose = not anatomy.anchor.known and self.segments is None
        front = Front(
            angle=angle,
            position=position,
            reach=draw(self.transmurality, lambda rng: clinical_reach(size, rng), rng),
            elongation=float(np.exp(rng.normal(0, 0.3))),
            drift=float(rng.normal(0, 0.3)),
            taper=float(rng.uniform(2, 6)),
            raggedness=float(rng.uniform(0.1, 0.3)),
            segments=fed,
            strict=self.segments is not None,
        )
        if loose:
            front = replace(front, angle=float(rng.uniform(0, 360)), segments=tuple(SEGMENTS))
            territory = self.territory
        mvo = draw(self.mvo, lambda rng: clinical_mvo(size, rng), rng)
        return SmileParameters(size, territory, front, self.transmurality is not None, mvo)


def apply(parameters: SmileParameters, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
    """Grow the scar to its burden. A depth that was not asked for gives way to the burden, nothing else does."""
    wanted = max(1, round(parameters.burden / 100 * anatomy.wall_voxels))
    state = rng.bit_generator.state
    front = parameters.front
    time = arrival(front, anatomy, rng)
    while not parameters.reach_fixed and np.isfinite(time).sum() < wanted and front.reach < FULL_REACH:
        front = replace(front, reach=1.3 * front.reach)
        rng.bit_generator.state = state
        time = arrival(front, anatomy, rng)
    scar = without_crumbs(grow(time, wanted))
    mvo = core(scar, anatomy.healthy, time, parameters.mvo, anatomy)
    drawn = asdict(replace(parameters, front=front)) | {"prior": "smile"}
    return ScarMask(scar & ~mvo, mvo, drawn, shortfall(parameters, burden(scar, anatomy)))


def shortfall(parameters: SmileParameters, reached: float) -> str | None:
    """Why the burden that was wanted is not there, or ``None`` where it is within a point."""
    if abs(reached - parameters.burden) <= 1:
        return None
    room = f"AHA segments {list(parameters.front.segments)}" if parameters.front.strict else "the healthy wall"
    depth = f" at transmurality {parameters.front.reach:.2f}" if parameters.reach_fixed else ""
    return f"burden {parameters.burden:.1f} %LV was wanted, {reached:.1f} %LV is what {room} can hold{depth}"


def draw_centre(segments: Iterable[int], anatomy: LVAnatomy, rng: np.random.Generator) -> tuple[float, float]:
    """Angle and slice of a healthy voxel of the segments; of any healthy voxel where they are not in the scan."""
    candidates = np.flatnonzero(anatomy.healthy & np.isin(anatomy.segment, list(segments)))
    if candidates.size == 0:
        candidates = np.flatnonzero(anatomy.healthy)
    if candidates.size == 0:
        msg = "there is no healthy myocardium left for new scar; use existing='replace'"
        raise InputError(msg)
    voxel = rng.choice(candidates)
    return float(anatomy.angle.flat[voxel]), float(anatomy.slice_index.flat[voxel] + rng.uniform(-0.5, 0.5))


def clinical_burden(rng: np.random.Generator) -> float:
    """Burden in %LV by ``BURDEN_QUANTILES``."""
    shares, sizes = zip(*BURDEN_QUANTILES, strict=True)
    return float(np.interp(rng.random(), shares, sizes))


def clinical_reach(size: float, rng: np.random.Generator) -> float:
    """Depth at the centre: subendocardial in small infarcts, mostly transmural in large ones."""
    return float(np.clip(rng.normal(0.65 + 0.015 * size, 0.2), 0.4, 1.4))


def clinical_mvo(size: float, rng: np.random.Generator) -> float:
    """Share of MVO in the scar; how often it is there at all grows with the infarct.

    Of 48 EMIDEC patients 25, 56, 73 and 89 % had MVO in infarcts below 10, 20, 30 and above 30 %LV.
    """
    present = rng.random() < 0.9 / (1 + np.exp((14 - size) / 7))
    shares, sizes = zip(*MVO_QUANTILES, strict=True)
    share = float(np.interp(rng.random(), shares, sizes))
    return share if present else 0.0
