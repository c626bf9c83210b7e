"""What a bull's-eye of many cases shows: a number per AHA segment over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.measures.quantification import SegmentScar


@dataclass(frozen=True)
class Measure:
    """A percentage that every segment has.

    Attributes:
        value: function that gives the percentage of a case's segment; ``None`` where the stack does not reach it.
        name: name of the measure in figures.
        whole: name of what the measure is a percentage of.
        bounded: whether the measure is shown on a scale up to 100 % even where all values are low.
    """

    value: Callable[[SegmentScar], float | None]
    name: str
    whole: str
    bounded: bool = False


def holds_scar(segment: SegmentScar) -> float | None:
    """100 where a segment holds scar, so that means over cases are percent of cases."""
    return None if segment.scar_percent is None else 100.0 * (segment.scar_percent > 0)


MEASURES: dict[str, Measure] = {
    "burden": Measure(lambda segment: segment.scar_percent, "scar", "segment"),
    "transmurality": Measure(lambda segment: segment.transmurality_percent, "transmurality", "depth", bounded=True),
    "counts": Measure(holds_scar, "with scar", "cases", bounded=True),
    "mvo": Measure(lambda segment: segment.mvo_percent, "MVO", "segment"),
}


def segment_means(cases: Sequence[Sequence[SegmentScar]], measure: Measure) -> dict[int, float]:
    """Mean of each segment over the cases whose stack reaches it; segments that none reaches are left out.

    A case without scar in a segment counts as 0 there.
    """
    values: dict[int, list[float]] = {segment: [] for segment in SEGMENTS}
    for case in cases:
        for one in case:
            value = measure.value(one)
            if value is not None:
                values[one.segment].append(value)
    return {segment: float(np.mean(found)) for segment, found in values.items() if found}


def scar_counts(cases: Sequence[Sequence[SegmentScar]]) -> dict[int, tuple[int, int]]:
    """Cases with scar in each segment, and cases whose stack reaches it."""
    return {
        segment: (sum(one.scar.voxels > 0 for one in column), sum(one.wall.voxels > 0 for one in column))
        for segment, column in zip(SEGMENTS, zip(*cases, strict=True), strict=True)
    }
