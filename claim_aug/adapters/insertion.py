"""The one step that every form of every framework takes: a seed and a subject in, the subject with a scar out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claim_aug.adapters.scan import Scan, ScarSource, Written
from claim_aug.adapters.workers import refuse_in_worker
from claim_aug.errors import AnatomyError, EmptyScarError

#: Seeds lie below this: what every framework's generator can draw.
SEEDS = 2**31 - 1


def insert(
    source: ScarSource,
    images: Sequence[Any],
    labels: Any,
    *,
    affine: Any = None,
    seed: int | None,
    unusable: str = "raise",
) -> Written:
    """Put a scar into one subject.

    Args:
        images, labels, affine: arguments of ``Scan.from_arrays``.
        seed: seed of the sample; ``None`` leaves the subject as it is.
        unusable: treatment of a subject that can hold no scar, such as a slice above the base: ``"raise"``, or
            ``"keep"`` it as it is.

    Raises:
        ClaimAugError: an input that cannot be used; a main_process_only generator in a worker.
    """
    scan = Scan.from_arrays(images, labels, affine)
    if seed is None:
        return scan.written(None)
    refuse_in_worker(source)
    try:
        return scan.written(source.sample(**scan.arguments, seed=seed))
    except (AnatomyError, EmptyScarError) as error:
        if unusable == "raise":
            msg = f"{error}; unusable='keep' leaves such slices and crops as they are"
            raise type(error)(msg) from error
        return scan.written(None)
