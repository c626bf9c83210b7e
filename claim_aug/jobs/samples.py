"""Many samples at once, of which some may be impossible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claim_aug.errors import ClaimAugError
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer


def try_samples(
    synthesizer: ScarSynthesizer, scans: Sequence[Mapping[str, Any]], seeds: Sequence[int]
) -> list[ScarSample | ClaimAugError]:
    """Every sample, or the error in its place; together where all are possible, else one by one.

    Args:
        synthesizer: synthesizer that makes the scars.
        scans: keyword arguments of ``ScarSynthesizer.sample`` but the seed, for each scan.
        seeds: seed for each scan.
    """
    try:
        return list(synthesizer.sample_many(scans, seeds=seeds))
    except ClaimAugError as error:
        if len(scans) == 1:
            return [error]
        alone = ([scan] for scan in scans)
        return [try_samples(synthesizer, scan, [seed])[0] for scan, seed in zip(alone, seeds, strict=True)]
