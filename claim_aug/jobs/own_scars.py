"""Scars in a data set's own healthy scans, as windows that a segmenter learns from before it sees real scar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case
from claim_aug.errors import EmptyScarError
from claim_aug.jobs.generate import sample_seed
from claim_aug.jobs.samples import try_samples
from claim_aug.sample import ScarSample
from claim_aug.segmentation.windows import Windows, class_map, cut_windows, join_windows
from claim_aug.synthesizer import ScarSynthesizer


def own_scars(case: Case, anatomy: LVAnatomy, synthesizer: ScarSynthesizer, *, copies: int, seed: int) -> Windows:
    """The windows of a healthy scan that show one of its new scars; fewer where a wall has no room for one.

    Args:
        case: scan without scar.
        anatomy: ventricle of the scan.
        synthesizer: synthesizer that makes the scars, of the scan's label scheme.
        copies: number of scars, each in a scan of its own.
        seed: base seed; each scar has one of its own, see ``sample_seed``.
    """
    scan = {"image": case.image, "labels": case.labels, "anatomy": anatomy}
    seeds = [sample_seed(seed, case.name, copy) for copy in range(copies)]
    parts = [windows_of(sample, anatomy) for sample in possible_samples(synthesizer, scan, seeds)]
    return join_windows(part.select(part.scarred) for part in parts)


def possible_samples(
    synthesizer: ScarSynthesizer, scan: Mapping[str, Any], seeds: Sequence[int]
) -> Sequence[ScarSample]:
    """Samples of a scan, without those whose seed finds no room for a scar."""
    found = []
    for sample in try_samples(synthesizer, [scan] * len(seeds), seeds):
        if isinstance(sample, ScarSample):
            found.append(sample)
        elif not isinstance(sample, EmptyScarError):
            raise sample
    return found


def windows_of(sample: ScarSample, anatomy: LVAnatomy) -> Windows:
    """The windows of a synthetic scan."""
    box, shape = anatomy.box, anatomy.grid_shape
    with_scar = replace(anatomy, infarct=sample.infarct.reshape(shape)[box], mvo=sample.mvo.reshape(shape)[box])
    return cut_windows(sample.image.reshape(shape)[box].astype(float), class_map(with_scar), anatomy)
