"""How much scar there is and where: by label, per AHA segment, and by intensity rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.anatomy.lv import MYOCARDIAL_DENSITY
from claim_aug.measures.dice import dice
from claim_aug.measures.remote import Image, Remote, remote_myocardium
from claim_aug.measures.rules import Rule, rules
from claim_aug.measures.shares import burden, transmurality

#: Upper ends in percent and names of the classes in which viability is reported (Bulluck et al., Sci Rep 2017;7:14676).
CLASSES = ((0, "0"), (25, "1-25"), (50, "26-50"), (75, "51-75"), (100, "76-100"))


@dataclass(frozen=True)
class Amount:
    """A part of the wall: voxels, mL and g (``None`` without known spacing), and percent of the LV wall."""

    voxels: int
    ml: float | None
    g: float | None
    percent_lv: float


@dataclass(frozen=True)
class SegmentScar:
    """One AHA segment and its labelled scar.

    Attributes:
        segment: 1-17.
        wall, scar, mvo: of this segment; scar is infarct and MVO.
        transmurality_percent: mean share of the depth that is scar, over the scarred 6-degree sectors of the segment;
            0 without scar, ``None`` where the stack does not reach the segment.
    """

    segment: int
    wall: Amount
    scar: Amount
    mvo: Amount
    transmurality_percent: float | None

    @property
    def scar_percent(self) -> float | None:
        """Share of the segment that is scar; ``None`` where the stack does not reach it."""
        return 100 * self.scar.voxels / self.wall.voxels if self.wall.voxels else None

    @property
    def mvo_percent(self) -> float | None:
        """Share of the segment that is MVO; ``None`` where the stack does not reach it."""
        return 100 * self.mvo.voxels / self.wall.voxels if self.wall.voxels else None

    @property
    def transmurality_class(self) -> str | None:
        """``"0"``, ``"1-25"``, ``"26-50"``, ``"51-75"`` or ``"76-100"`` percent."""
        share = self.transmurality_percent
        # Shares of whole voxels may exceed 100 by rounding.
        return None if share is None else next(name for end, name in CLASSES if min(share, 100) <= end)


@dataclass(frozen=True)
class RuleArea:
    """What an intensity rule finds: its threshold, how much, and its Dice with the labelled scar (0-1).

    ``found`` is ``None`` without remote myocardium; ``dice`` is so too without labelled scar.
    """

    name: str
    threshold: float | None
    found: Amount | None
    dice: float | None


@dataclass(frozen=True)
class Quantification:
    """The scar of one scan.

    Attributes:
        wall, scar, infarct, mvo: by label; ``scar`` is infarct and MVO, the wall includes both.
        transmurality_percent: mean over all scarred 6-degree sectors of all slices; 0 without scar.
        segments: the 17 AHA segments in order.
        remote: what the rules compare with; ``None`` where too little of the wall is healthy.
        rules: 2, 3, 4, 5, 6 SD and FWHM.
    """

    wall: Amount
    scar: Amount
    infarct: Amount
    mvo: Amount
    transmurality_percent: float
    segments: tuple[SegmentScar, ...]
    remote: Remote | None
    rules: tuple[RuleArea, ...]

    @property
    def scarred_segments(self) -> int:
        """How many segments hold scar."""
        return sum(segment.scar.voxels > 0 for segment in self.segments)


def quantify(image: Image, anatomy: LVAnatomy) -> Quantification:
    """Measure the labelled scar, and what intensity rules would call scar.

    Args:
        image: (I, J, K) of the anatomy's region, any units.
    """
    remote = remote_myocardium(image, anatomy)
    return Quantification(
        wall=amount(anatomy.wall, anatomy),
        scar=amount(anatomy.scar, anatomy),
        infarct=amount(anatomy.infarct, anatomy),
        mvo=amount(anatomy.mvo, anatomy),
        transmurality_percent=100 * transmurality(anatomy.scar, anatomy)[0],
        segments=segment_scars(anatomy),
        remote=remote,
        rules=tuple(rule_area(rule, anatomy) for rule in rules(image, anatomy, remote)),
    )


def amount(mask: Mask, anatomy: LVAnatomy) -> Amount:
    """Size of a part of the wall; mass by the density of myocardium."""
    voxels, unit = int(mask.sum()), anatomy.voxel_ml
    ml = None if unit is None else voxels * unit
    return Amount(voxels, ml, None if ml is None else ml * MYOCARDIAL_DENSITY, burden(mask, anatomy))


def segment_scars(anatomy: LVAnatomy) -> tuple[SegmentScar, ...]:
    """The labelled scar of each AHA segment."""
    return tuple(segment_scar(segment, anatomy) for segment in SEGMENTS)


def segment_scar(segment: int, anatomy: LVAnatomy) -> SegmentScar:
    """The labelled scar of one AHA segment."""
    inside: Mask = anatomy.segment == np.uint8(segment)
    scar, wall = anatomy.scar & inside, anatomy.wall & inside
    # A sector on the border of two apical segments counts in each with the part that lies there.
    share = 100 * transmurality(scar, replace(anatomy, wall=wall))[0] if wall.any() else None
    mvo = amount(anatomy.mvo & inside, anatomy)
    return SegmentScar(segment, amount(wall, anatomy), amount(scar, anatomy), mvo, share)


def rule_area(rule: Rule, anatomy: LVAnatomy) -> RuleArea:
    """A rule's mask as numbers."""
    if rule.found is None:
        return RuleArea(rule.name, rule.threshold, None, None)
    return RuleArea(rule.name, rule.threshold, amount(rule.found, anatomy), dice(rule.found, anatomy.scar))
