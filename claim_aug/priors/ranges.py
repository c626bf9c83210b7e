"""One rule for every parameter: a number is fixed, a pair is a range to draw from, ``None`` the prior's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import InputError

Range = float | tuple[float, float] | None
Distribution = Callable[[np.random.Generator], float]


def draw(value: Range, distribution: Distribution, rng: np.random.Generator) -> float:
    """The value itself, a uniform draw from the pair, or a draw from ``distribution``.

    Args:
        value: number, pair (low, high) or ``None``, as ``check_range`` gives it.
        distribution: function from a random generator to a number, for ``None``.
        rng: source of all randomness.

    Example:
        >>> import numpy as np
        >>> from claim_aug.priors import draw
        >>> draw(20, lambda rng: rng.normal(15, 3), np.random.default_rng(0))
        20.0
    """
    if value is None:
        return distribution(rng)
    if isinstance(value, tuple):
        return float(rng.uniform(*value))
    return float(value)


def check_range(name: str, value: Range | Sequence[float], lowest: float, highest: float) -> Range:
    """The value as a float, a pair of floats or ``None``.

    Raises:
        InputError: something else than one or two numbers, a number outside ``lowest``-``highest``, or a pair upside
            down.

    Example:
        >>> from claim_aug.priors import check_range
        >>> check_range("burden", [5, 30], 0.1, 100)
        (5.0, 30.0)
    """
    if value is None:
        return None
    ends = [value] if np.isscalar(value) else list(value)  # type: ignore[arg-type]
    try:
        numbers = [float(end) for end in ends]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) not in (1, 2) or not all(lowest <= end <= highest for end in numbers) or numbers != sorted(numbers):
        msg = f"{name} needs a number or a pair (low, high) within {lowest:g}-{highest:g}, got {value!r}"
        raise InputError(msg)
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def ends(value: Range) -> tuple[float, float]:
    """Lowest and highest value that a parameter can take."""
    return value if isinstance(value, tuple) else (float(value or 0), float(value or 0))


def clash(one: str, value: object, other: str, another: object, reason: str) -> InputError:
    """The error for two requests that cannot both be met."""
    return InputError(f"{one} {shown(value)} and {other} {shown(another)} clash: {reason}")


def shown(value: object) -> str:
    """A parameter as a user would write it."""
    return f"{value[0]:g}-{value[1]:g}" if isinstance(value, tuple) else str(value)


def check_segments(segments: Iterable[int] | int | None) -> tuple[int, ...] | None:
    """AHA segments, sorted and unique.

    Raises:
        InputError: an empty list, or a number that is no AHA segment.

    Example:
        >>> from claim_aug.priors import check_segments
        >>> check_segments([8, 7, 8])
        (7, 8)
    """
    if segments is None:
        return None
    try:
        numbers = sorted({int(segment) for segment in ([segments] if isinstance(segments, int) else segments)})
    except (TypeError, ValueError):
        numbers = []
    if not numbers or not set(numbers) <= set(SEGMENTS):
        msg = f"segments need to be AHA segments 1-17, got {segments!r}"
        raise InputError(msg)
    return tuple(numbers)
