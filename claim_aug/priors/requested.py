"""What was asked of a scar, held against what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from claim_aug.anatomy import LVAnatomy
from claim_aug.measures.shares import burden, extent, transmurality
from claim_aug.priors.base import ScarMask
from claim_aug.priors.ranges import Range, ends

#: Differences with which a request still counts as met: %LV, and shares.
POINTS, SHARES = 1.0, 0.04
#: Least share of a scar that lies in the territory that was asked for.
IN_TERRITORY = 0.8


def unmet_shares(
    mask: ScarMask,
    anatomy: LVAnatomy,
    *,
    transmural: Range = None,
    wide: Range = None,
    mvo: Range = None,
    grey_zone: Range = None,
) -> list[str]:
    """A sentence for each share that was asked for and is not there, 0-1 each.

    Args:
        mask: scar that was drawn.
        anatomy: ventricle that it lies in.
        transmural: mean transmurality that was asked for; ``None`` where none was.
        wide: extent that was asked for.
        mvo, grey_zone: shares of the scar that were asked for.
    """
    voxels = max(int(mask.scar.sum()), 1)
    grey = 0 if mask.grey_zone is None else int(mask.grey_zone.sum())
    reached = {
        "transmurality": (transmural, transmurality(mask.scar, anatomy)[0]) if transmural is not None else None,
        "extent": (wide, extent(mask.scar, anatomy)) if wide is not None else None,
        "MVO": (mvo, int(mask.mvo.sum()) / voxels) if mvo is not None else None,
        "grey zone": (grey_zone, grey / voxels) if grey_zone is not None else None,
    }
    slack = SHARES + 1 / voxels
    found = []
    for name, pair in reached.items():
        if pair is None:
            continue
        low, high = ends(pair[0])
        if not low - slack <= pair[1] <= high + slack:
            asked = f"{low:.2f}" if low == high else f"{low:.2f}-{high:.2f}"
            found.append(f"{name} {asked} was wanted, it is {pair[1]:.2f}")
    return found


def missed_burden(wanted: float, mask: ScarMask, anatomy: LVAnatomy) -> float | None:
    """The burden that was reached, in %LV, where it is not the one that was wanted; ``None`` where it is."""
    reached = burden(mask.scar, anatomy)
    near = min(POINTS, max(0.1 * wanted, 100 / anatomy.wall_voxels))
    return None if abs(reached - wanted) <= near else reached


def as_note(sentences: Iterable[str | None]) -> str | None:
    """Sentences as one note; ``None`` where there are none."""
    return "; ".join(sentence for sentence in sentences if sentence) or None
