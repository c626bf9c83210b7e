"""The layout of nnU-Net: ``imagesTr``, ``labelsTr``, ``dataset.json``, and splits that validate on real scans alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy.labels import TISSUES, LabelScheme
from claim_aug.data.case import Case
from claim_aug.errors import InputError

OURS = "claim_aug"
#: nnU-Net's own number of folds.
FOLDS = 5
COMMENT = "labels renumbered by claim-aug for nnU-Net"


@dataclass(frozen=True)
class Folders:
    """Where images and labels go, and what an image's name ends in."""

    images: str = "images"
    labels: str = "labels"
    channel: str = ""


LAYOUTS = {"plain": Folders(), "nnunet": Folders("imagesTr", "labelsTr", "_0000")}


def label_names(scheme: LabelScheme) -> dict[str, int]:
    """nnU-Net's labels: the scheme's tissues, numbered without gaps, as nnU-Net needs them."""
    return {tissue: number for number, tissue in enumerate(t for t in TISSUES if getattr(scheme, t))}


def renumbered(labels: NDArray[Any], scheme: LabelScheme) -> NDArray[Any]:
    """A label map in nnU-Net's numbers, in its own dtype."""
    result = np.zeros_like(labels)
    for tissue, number in label_names(scheme).items():
        result[np.isin(labels, getattr(scheme, tissue))] = number
    return result


def add_real_case(stage: Path, case: Case, scheme: LabelScheme) -> None:
    """The scan itself, as it is but for the numbers of its labels."""
    images, labels = (stage / folder for folder in ("imagesTr", "labelsTr"))
    raw = case.image_file.path.read_bytes()
    packed = raw if case.image_file.path.suffix.lower() in (".gz", ".png") else gzip.compress(raw, mtime=0)
    (images / f"{case.name}_0000{case.image_file.suffix}").write_bytes(packed)
    case.label_file.write(
        labels / (case.name + case.label_file.suffix), renumbered(case.label_file.data, scheme), COMMENT
    )


def write_tables(stage: Path, out: Path, case: Case, scheme: LabelScheme, synthetic: list[str]) -> bool:
    """``dataset.json`` and ``splits_final.json`` of what ``out`` already holds and this case.

    Args:
        synthetic: names of the case's new samples.

    Returns:
        Whether there are splits: they need two real cases.

    Raises:
        InputError: ``out`` holds a data set of another make, other labels or another kind of file.
    """
    table = read_table(out, scheme, case.image_file.suffix)
    real = sorted({*table[OURS]["real"], case.name})
    others = {name: source for name, source in table[OURS]["synthetic"].items() if source != case.name}
    sources = others | dict.fromkeys(synthetic, case.name)
    table |= {"numTraining": len(real) + len(sources), OURS: {"real": real, "synthetic": dict(sorted(sources.items()))}}
    write_json(stage / "dataset.json", table)
    folds = splits(real, sources)
    if folds:
        write_json(stage / "splits_final.json", folds)
    return bool(folds)


def read_table(out: Path, scheme: LabelScheme, ending: str) -> dict[str, Any]:
    """The ``dataset.json`` of ``out``, or a new one."""
    fresh: dict[str, Any] = {
        "channel_names": {"0": "LGE"},
        "labels": label_names(scheme),
        "numTraining": 0,
        "file_ending": ending,
        OURS: {"real": [], "synthetic": {}},
    }
    path = out / "dataset.json"
    if not path.exists():
        return fresh
    try:
        table = dict(json.loads(path.read_text(encoding="utf-8")))
        real, synthetic = table[OURS]["real"], table[OURS]["synthetic"]
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} was not written by claim-aug generate --layout nnunet; choose another folder"
        raise InputError(msg) from error
    for name in ("labels", "file_ending"):
        if table.get(name) != fresh[name]:
            msg = f"{path} has {name} {table.get(name)}, this case has {fresh[name]}; choose another folder"
            raise InputError(msg)
    return fresh | {OURS: {"real": list(real), "synthetic": dict(synthetic)}}


def splits(real: list[str], synthetic: Mapping[str, str]) -> list[dict[str, list[str]]]:
    """Folds over real cases. A synthetic case is in the training part of the folds that train on its source.

    So no fold validates on a synthetic case, and none trains on a patient that it validates on.
    """
    count = min(FOLDS, len(real))
    folds = []
    for fold in range(count if count > 1 else 0):
        held_out = real[fold::count]
        train = [name for name in real if name not in held_out]
        train += [name for name, source in synthetic.items() if source not in held_out]
        folds.append({"train": sorted(train), "val": held_out})
    return folds


def write_json(path: Path, value: Any) -> None:
    """Indented, with a line's end."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
