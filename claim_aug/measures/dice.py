"""How far two masks overlap."""

from __future__ import annotations

from claim_aug.anatomy import Mask


def dice(one: Mask, other: Mask) -> float | None:
    """Overlap of two masks, 0-1; ``None`` where the second, the reference, is empty."""
    if not other.any():
        return None
    return 2 * int((one & other).sum()) / (int(one.sum()) + int(other.sum()))
