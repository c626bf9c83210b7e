"""The scars of one patient as arrays: the voxels that each one changes, and what they were and become."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.data.artifacts import Layout
from claim_aug.data.provenance import plain
from claim_aug.pool.recognition import label_map_fingerprint

#: What is stored of every voxel, scar and letter of the parameters; see ``data.artifacts``.
LAYOUT: Layout = {
    "voxel": ("int32", ("voxels",)),
    "before": ("iuf", ("voxels",)),
    "value": ("iuf", ("voxels",)),
    "label": ("int32", ("voxels",)),
    "tissue": ("uint8", ("voxels",)),
    "start": ("int64", ("starts",)),
    "seed": ("int64", ("scars",)),
    "text": ("uint8", ("letters",)),
    "text_start": ("int64", ("starts",)),
}
#: Values of ``tissue``; ``HEALED`` is scar of the scan that was painted over.
INFARCT, MVO, HEALED = 1, 2, 3


@dataclass(frozen=True)
class About:
    """What a patient's file says of itself.

    Attributes:
        case: name of the patient's case in the data set.
        shape: shape of the label map.
        across: array axis across slices, 0-2.
        whole: fingerprint of the label map.
        planes: fingerprint of each slice of the label map; ``""`` where nothing is labelled.
        request: prior, generator, scheme and options that the scars were made with.
    """

    case: str
    shape: tuple[int, ...]
    across: int
    whole: str
    planes: tuple[str, ...]
    request: dict[str, Any]


@dataclass(frozen=True)
class Patient:
    """All scars of a patient, one behind the other, and what they are of."""

    about: About
    arrays: dict[str, NDArray[Any]]


def collect(
    case: str, image: NDArray[Any], labels: NDArray[Any], across: int, samples: Iterable[Any], request: dict[str, Any]
) -> Patient:
    """The changed voxels of a patient's samples.

    Args:
        image: intensities of the scan, (I, J, K).
        labels: label map of the scan, (I, J, K).
        samples: samples that ``ScarSynthesizer.sample`` made of this scan.
    """
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in ("voxel", "before", "value", "label", "tissue")}
    seeds, texts = [], []
    for sample in samples:
        voxel = np.flatnonzero(sample.changed)
        kinds = ((sample.healed, HEALED), (sample.infarct, INFARCT), (sample.mvo, MVO))
        tissue = np.zeros(voxel.size, np.uint8)
        for mask, kind in kinds:
            tissue[mask.ravel()[voxel]] = kind
        columns["voxel"].append(voxel.astype(np.int32))
        columns["before"].append(image.ravel()[voxel])
        columns["value"].append(sample.image.ravel()[voxel])
        columns["label"].append(sample.labels.ravel()[voxel].astype(np.int32))
        columns["tissue"].append(tissue)
        seeds.append(sample.seed)
        texts.append(np.frombuffer(json.dumps(plain(sample.parameters)).encode(), np.uint8))
    arrays = {name: np.concatenate(parts) for name, parts in columns.items()}
    arrays |= {"start": starts(columns["voxel"]), "seed": np.array(seeds, np.int64)}
    arrays |= {"text": np.concatenate(texts), "text_start": starts(texts)}
    slices = [labels.take(plane, across) for plane in range(labels.shape[across])]
    planes = [label_map_fingerprint(plane) if plane.any() else "" for plane in slices]
    return Patient(About(case, labels.shape, across, label_map_fingerprint(labels), tuple(planes), request), arrays)


def starts(parts: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Where each part begins, and where the last one ends."""
    return np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)
