"""How much scar there is and where: by label, per AHA segment, and by intensity rules."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.anatomy.lv import MYOCARDIAL_DENSITY
from claim_aug.measures.dice import dice
from claim_aug.measures.remote import Image, Remote, remote_myocardium
from claim_aug.measures.shares import burden, transmurality
from claim_aug.measures.thresholds import Rule, rules

#: Upper ends in percent and names of the classes in which viability is reported (Bulluck et al., Sci Rep 2017;7:14676).
CLASSES = ((0, "0"), (25, "1-25"), (50, "26-50"), (75, "51-75"), (100, "76-100"))


@dataclass(frozen=True)
class Amount:
    """How much of the wall a mask covers.

    Attributes:
        voxels: number of voxels.
        ml: volume in mL; ``None`` where the spacing is not known.
        g: mass in grams by the density of myocardium; ``None`` where the spacing is not known.
        percent_lv: share of the LV wall in percent, 0-100.
    """

    voxels: int
    ml: float | None
    g: float | None
    percent_lv: float

    @classmethod
    def from_mask(cls, mask: Mask, anatomy: LVAnatomy) -> Amount:
        """The amount that a mask of the anatomy's region covers."""
        voxels, unit = int(mask.sum()), anatomy.voxel_ml
        ml = None if unit is None else voxels * unit
        return cls(voxels, ml, None if ml is None else ml * MYOCARDIAL_DENSITY, burden(mask, anatomy))


@dataclass(frozen=True)
class SegmentScar:
    """One AHA segment and its labelled scar.

    Attributes:
        segment: number of the segment, 1-17.
        wall, scar, mvo: amounts of wall, of infarct with MVO, and of MVO in the segment.
        transmurality_percent: mean share of the depth that is scar, over the scarred 6-degree sectors of the segment,
            0-100; 0 without scar, ``None`` where the stack does not reach the segment.
    """

    segment: int
    wall: Amount
    scar: Amount
    mvo: Amount
    transmurality_percent: float | None

    @classmethod
    def from_anatomy(cls, segment: int, anatomy: LVAnatomy) -> SegmentScar:
        """The labelled scar of one segment of a ventricle."""
        inside: Mask = anatomy.segment == np.uint8(segment)
        scar, wall = anatomy.scar & inside, anatomy.wall & inside
        # A sector on the border of two apical segments counts in each with the part that lies there.
        depth = 0.0 if wall.any() else None
        if scar.any():
            depth = 100 * transmurality(scar, replace(anatomy, wall=wall))[0]
        whole, scarred, mvo = (Amount.from_mask(part, anatomy) for part in (wall, scar, anatomy.mvo & inside))
        return cls(segment, whole, scarred, mvo, depth)

    @property
    def scar_percent(self) -> float | None:
        """Share of the segment that is scar, 0-100; ``None`` where the stack does not reach it."""
        return 100 * self.scar.voxels / self.wall.voxels if self.wall.voxels else None

    @property
    def mvo_percent(self) -> float | None:
        """Share of the segment that is MVO, 0-100; ``None`` where the stack does not reach it."""
        return 100 * self.mvo.voxels / self.wall.voxels if self.wall.voxels else None

    @property
    def transmurality_class(self) -> str | None:
        """``"0"``, ``"1-25"``, ``"26-50"``, ``"51-75"`` or ``"76-100"`` percent."""
        share = self.transmurality_percent
        # Shares of whole voxels may exceed 100 by rounding.
        return None if share is None else next(name for end, name in CLASSES if min(share, 100) <= end)


@dataclass(frozen=True)
class RuleArea:
    """How much an intensity rule finds.

    Attributes:
        name: name of the rule, ``"2SD"`` to ``"6SD"`` or ``"FWHM"``.
        threshold: intensity above which the rule finds scar, in the image's units; ``None`` where the image gives no
            threshold.
        found: amount of wall that the rule finds; ``None`` without remote myocardium.
        dice: overlap with the labelled scar, 0-1; ``None`` without remote myocardium or labelled scar.
    """

    name: str
    threshold: float | None
    found: Amount | None
    dice: float | None

    @classmethod
    def from_rule(cls, rule: Rule, anatomy: LVAnatomy) -> RuleArea:
        """The mask of a rule in numbers."""
        if rule.found is None:
            return cls(rule.name, rule.threshold, None, None)
        found = Amount.from_mask(rule.found, anatomy)
        return cls(rule.name, rule.threshold, found, dice(rule.found, anatomy.scar))


@dataclass(frozen=True)
class Quantification:
    """The scar of one scan.

    Attributes:
        wall, scar, infarct, mvo: amounts by label; the scar is infarct and MVO, and the wall includes both.
        transmurality_percent: mean share of the wall's depth that is scar over all scarred 6-degree sectors, 0-100; 0
            without scar.
        segments: scar of each of the 17 AHA segments, in order.
        remote: remote myocardium, which the rules compare with; ``None`` where too little of the wall is healthy.
        rules: areas of the rules 2, 3, 4, 5, 6 SD and FWHM.
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
        """Number of segments that hold scar."""
        return sum(segment.scar.voxels > 0 for segment in self.segments)


def quantify(image: Image, anatomy: LVAnatomy) -> Quantification:
    """Measure the labelled scar, and what intensity rules would call scar.

    Args:
        image: intensities of the anatomy's region, (I, J, K), any unit.
        anatomy: ventricle with its labelled scar.
    """
    remote = remote_myocardium(image, anatomy)
    parts = {name: Amount.from_mask(getattr(anatomy, name), anatomy) for name in ("wall", "scar", "infarct", "mvo")}
    return Quantification(
        **parts,
        transmurality_percent=100 * transmurality(anatomy.scar, anatomy)[0],
        segments=segment_scars(anatomy),
        remote=remote,
        rules=tuple(RuleArea.from_rule(rule, anatomy) for rule in rules(image, anatomy, remote)),
    )


def segment_scars(anatomy: LVAnatomy) -> tuple[SegmentScar, ...]:
    """The labelled scar of each AHA segment, 1-17."""
    return tuple(SegmentScar.from_anatomy(segment, anatomy) for segment in SEGMENTS)
