"""The layouts of a folder of synthetic scans, and what nnU-Net needs beside them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy.labels import TISSUES, LabelScheme
from claim_aug.data.case import Case
from claim_aug.data.sample_files import FLAT_LABELS, OutputLayout, SameLayout, SampleFiles, Tables, sample_name
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError

OURS = "claim_aug"
#: nnU-Net's own number of folds.
FOLDS = 5
RENUMBERED = "labels renumbered by claim-aug for nnU-Net"


class NnUNetLayout(OutputLayout):
    """That of nnU-Net: the scan itself, ``dataset.json``, and splits that validate on real scans alone, too."""

    def renumber(self, labels: NDArray[Any], scheme: LabelScheme) -> NDArray[Any]:
        """The label map in numbers without gaps, as nnU-Net needs them."""
        result = np.zeros_like(labels)
        for tissue, number in label_numbers(scheme).items():
            result[np.isin(labels, getattr(scheme, tissue))] = number
        return result

    def finish(self, stage: Path, out: Path, case: Case, scheme: LabelScheme, count: int) -> None:
        """The scan itself, as it is but for the numbers of its labels; ``dataset.json``; splits from two scans on.

        Raises:
            InputError: a data set in ``out`` of another make, with other labels or another kind of file.
        """
        write_scan(self, self.files(case, case.name, sidecar=False), stage, case, scheme)
        ending = case.image_file.suffix
        table = read_table(out, scheme, ending)
        real = {name: name for name in sorted({*table[OURS]["real"], case.name})}
        sources = {name: source for name, source in table[OURS]["synthetic"].items() if source != case.name}
        sources |= {sample_name(case, replica): case.name for replica in range(count)}
        for name, value in self.tables(real, sources, scheme, ending).items():
            write_json(stage / name, value)

    def tables(self, real: Mapping[str, str], synthetic: Mapping[str, str], scheme: LabelScheme, ending: str) -> Tables:
        """``dataset.json``, and splits from two patients on."""
        own = {"real": sorted(real), "synthetic": dict(sorted(synthetic.items()))}
        fresh = new_table(scheme, ending)
        found: Tables = {"dataset.json": fresh | {"numTraining": len(real) + len(synthetic), OURS: own}}
        folds = splits(real, synthetic)
        return found | ({"splits_final.json": folds} if folds else {})

    def missing(self, out: Path) -> str | None:
        """The splits, as long as there is one scan alone."""
        if (out / "splits_final.json").exists():
            return None
        return "splits_final.json is written when there are two real cases; generate from another one, too"


#: Registered by their names in lower case.
PLAIN = OutputLayout()
NNUNET = NnUNetLayout("imagesTr", "labelsTr", channel="_0000", real=True)
SAME = SameLayout()
FLAT = OutputLayout(".", ".", ".", labels_end=FLAT_LABELS)


def write_scan(layout: OutputLayout, names: SampleFiles, stage: Path, case: Case, scheme: LabelScheme) -> None:
    """Write the scan itself: its image byte for byte, its labels in the numbers of the layout."""
    for path in names.paths:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
    for source, target in names.images.items():
        raw = source.read_bytes()
        packed = raw if source.suffix.lower() in (".gz", ".png") else gzip.compress(raw, mtime=0)
        (stage / target).write_bytes(packed)
    for file in case.label_files:
        file.write(stage / names.labels[file.path], layout.renumber(file.data, scheme), RENUMBERED)


def label_numbers(scheme: LabelScheme) -> dict[str, int]:
    """nnU-Net's labels: the scheme's tissues, numbered without gaps."""
    return {tissue: number for number, tissue in enumerate(t for t in TISSUES if getattr(scheme, t))}


def new_table(scheme: LabelScheme, ending: str) -> dict[str, Any]:
    """The ``dataset.json`` of a data set without cases."""
    return {
        "channel_names": {"0": "LGE"},
        "labels": label_numbers(scheme),
        "numTraining": 0,
        "file_ending": ending,
        OURS: {"real": [], "synthetic": {}},
    }


def read_table(out: Path, scheme: LabelScheme, ending: str) -> dict[str, Any]:
    """The ``dataset.json`` of ``out``, or a new one."""
    fresh = new_table(scheme, ending)
    path = out / "dataset.json"
    if not path.exists():
        return fresh
    try:
        table = dict(read_json(path))
        real, synthetic = list(table[OURS]["real"]), dict(table[OURS]["synthetic"])
        if not all(isinstance(name, str) for name in (*real, *synthetic, *synthetic.values())):
            raise TypeError(OURS)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} was not written by claim-aug generate --layout nnunet; choose another folder"
        raise InputError(msg) from error
    for name in ("labels", "file_ending"):
        if table.get(name) != fresh[name]:
            msg = f"{path} has {name} {table.get(name)}, this case has {fresh[name]}; choose another folder"
            raise InputError(msg)
    return fresh | {OURS: {"real": real, "synthetic": synthetic}}


def splits(real: Mapping[str, str], synthetic: Mapping[str, str]) -> list[dict[str, list[str]]]:
    """Folds over patients. A synthetic image is in the training part of the folds that train on its patient.

    So no fold validates on a synthetic image, and none trains on a patient that it validates on.

    Args:
        real: patient of every real image, by its name.
        synthetic: patient of every synthetic image, by its name.
    """
    patients = sorted(set(real.values()))
    count = min(FOLDS, len(patients))
    folds = []
    for fold in range(count if count > 1 else 0):
        held_out = set(patients[fold::count])
        train = [name for name, patient in {**real, **synthetic}.items() if patient not in held_out]
        folds.append({"train": sorted(train), "val": sorted(n for n, patient in real.items() if patient in held_out)})
    return folds


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON that ends with a line break."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
