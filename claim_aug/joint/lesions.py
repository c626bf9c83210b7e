"""The scars that a batch already has, as a generator learns from them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from claim_aug.adapters.scan import Scan
from claim_aug.errors import AnatomyError, UnanchoredWarning
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.network import TIMES
from claim_aug.synthesizer import ScarSynthesizer
from claim_aug.training.augment import sample_augmentation
from claim_aug.training.batches import DROPPED, Batch, collate, row_of
from claim_aug.training.slices import TrainingSlice, slices_of

#: Largest number of slices that a step learns from; our default.
MOST_SLICES = 16


def lesion_batch(
    synthesizer: ScarSynthesizer, scans: Sequence[Scan], config: ModelConfig, rng: np.random.Generator
) -> Batch | None:
    """Arguments of ``LesionDiffusion.forward`` from the labelled scars of some scans; ``None`` where there are none."""
    slices = [slice_ for scan in scans for slice_ in slices_with_scar(synthesizer, scan, config)]
    if not slices:
        return None
    chosen = rng.permutation(len(slices))[:MOST_SLICES]
    rows: list[tuple[np.ndarray[Any, Any], ...]] = []
    for number, index in enumerate(chosen):
        # Times spread evenly over a batch, as in training alone.
        time = min(int((number + rng.random()) / len(chosen) * TIMES), TIMES - 1)
        dropped = bool(rng.random() < DROPPED)
        rows.append(row_of(slices[index], sample_augmentation(rng), time, config, rng, dropped=dropped))
    return collate(rows)


def slices_with_scar(synthesizer: ScarSynthesizer, scan: Scan, config: ModelConfig) -> Iterator[TrainingSlice]:
    """Slices with labelled scar of every channel; none where no ventricle can be read."""
    labels = synthesizer.labels
    if not np.isin(scan.labels, [*labels.infarct, *labels.mvo]).any():
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnanchoredWarning)  # where its segments are does not matter here
            anatomy = synthesizer.anatomy(scan.labels, affine=scan.affine)
    except AnatomyError:
        return
    for channel in scan.arguments["image"].reshape(-1, *anatomy.grid_shape):
        region = channel[anatomy.box].astype(np.float64)
        yield from slices_of(region, anatomy, "", spacing=config.spacing, size=config.size)
