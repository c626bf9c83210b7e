"""Where scar may go, as a user says it: territory, segments and levels, each narrowing the others."""

from __future__ import annotations

from collections.abc import Iterable

from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import InputError
from claim_aug.priors.ranges import shown
from claim_aug.priors.territories import FEEDING, TERRITORIES

#: AHA segments of each level.
LEVELS = {"basal": range(1, 7), "mid": range(7, 13), "apical": range(13, 17), "apex": range(17, 18)}


def check_levels(levels: Iterable[str] | str | None) -> tuple[str, ...] | None:
    """Levels in their order from base to apex; text may name several, parted by commas.

    Raises:
        InputError: an empty list, or a name that is no level.
    """
    if levels is None:
        return None
    names = levels.split(",") if isinstance(levels, str) else list(levels)
    asked = {str(name).strip().lower() for name in names}
    if not asked or not asked <= LEVELS.keys():
        msg = f"levels need to be some of {', '.join(LEVELS)}, got {levels!r}"
        raise InputError(msg)
    return tuple(level for level in LEVELS if level in asked)


def territory_segments(territory: str | None) -> tuple[int, ...]:
    """The segments that an artery feeds in most people.

    Args:
        territory: ``"LAD"``, ``"RCA"`` or ``"LCX"``; ``None`` for none.

    Returns:
        AHA segments, 1-17, in their order; the source of the shares is ``claim_aug.priors.territories``.

    Example:
        >>> territory_segments("RCA")
        (3, 4, 9, 10, 15)
    """
    if territory is None:
        return ()
    column = TERRITORIES.index(territory)
    return tuple(segment for segment, shares in FEEDING.items() if shares[column] == max(shares))


def unusual(territory: str | None, places: Iterable[int] | None) -> str | None:
    """A sentence where what is left of a territory is not the territory of most people."""
    if territory is None or places is None or set(places) & set(territory_segments(territory)):
        return None
    return f"territory {territory} was wanted with places that it feeds in few people: AHA segments {sorted(places)}"


def common_segments(
    territory: str | None, segments: Iterable[int] | None, levels: Iterable[str] | None
) -> tuple[int, ...] | None:
    """The segments that all of what was given leaves; ``None`` where nothing was given.

    A territory is that of most people; where nothing of it is left, that of any.

    Raises:
        InputError: a territory, segments and levels that have no segment in common.
    """
    if territory is None and segments is None and levels is None:
        return None
    left = set(SEGMENTS) if segments is None else set(segments)
    if levels is not None:
        left &= {segment for level in levels for segment in LEVELS[level]}
    if territory is not None:
        column = TERRITORIES.index(territory)
        left = left & set(territory_segments(territory)) or {one for one in left if FEEDING[one][column] > 0}
    if not left:
        given = {
            "territory": territory,
            "segments": segments and list(segments),
            "levels": levels and ", ".join(levels),
        }
        asked = " and ".join(f"{name} {shown(value)}" for name, value in given.items() if value)
        msg = f"{asked} have no AHA segment in common; widen one of them"
        raise InputError(msg)
    return tuple(sorted(left))
