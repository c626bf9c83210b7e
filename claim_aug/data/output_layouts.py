"""How a folder of synthetic scans is laid out: names of files, numbers of labels, and what lies beside them."""

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
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError

OURS = "claim_aug"
#: nnU-Net's own number of folds.
FOLDS = 5
RENUMBERED = "labels renumbered by claim-aug for nnU-Net"


@dataclass(frozen=True)
class SampleFiles:
    """Paths of one sample's files, relative to the output folder."""

    image: Path
    labels: Path
    sidecar: Path


@dataclass(frozen=True)
class Layout:
    """Where the files of samples go, and what else a data set of them needs; as it stands, the plain one.

    Attributes:
        images: folder of the images.
        labels: folder of the label maps.
        channel: ending of an image's name before its suffix.
    """

    images: str = "images"
    labels: str = "labels"
    channel: str = ""

    def files(self, case: Case, replica: int) -> SampleFiles:
        """The files of one sample, such as ``images/<case>_scar000.nii.gz`` and its companions."""
        name = sample_name(case, replica)
        return SampleFiles(
            Path(self.images) / (name + self.channel + case.image_file.suffix),
            Path(self.labels) / (name + case.label_file.suffix),
            Path("sidecars") / (name + ".json"),
        )

    def renumber(self, labels: NDArray[Any], scheme: LabelScheme) -> NDArray[Any]:
        """The label map in the numbers of the layout, same shape and dtype."""
        return labels

    def finish(self, stage: Path, out: Path, case: Case, scheme: LabelScheme, count: int) -> None:
        """Write what belongs to a case beside its ``count`` samples into ``stage``, whose files move to ``out``."""

    def missing(self, out: Path) -> str | None:
        """What the data set in ``out`` still lacks, in one sentence; ``None`` where it is whole."""


class NnUNetLayout(Layout):
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
        raw = case.image_file.path.read_bytes()
        packed = raw if case.image_file.path.suffix.lower() in (".gz", ".png") else gzip.compress(raw, mtime=0)
        (stage / self.images / (case.name + self.channel + case.image_file.suffix)).write_bytes(packed)
        labels = stage / self.labels / (case.name + case.label_file.suffix)
        case.label_file.write(labels, self.renumber(case.label_file.data, scheme), RENUMBERED)

        table = read_table(out, scheme, case.image_file.suffix)
        real = sorted({*table[OURS]["real"], case.name})
        sources = {name: source for name, source in table[OURS]["synthetic"].items() if source != case.name}
        sources |= {sample_name(case, replica): case.name for replica in range(count)}
        own = {"real": real, "synthetic": dict(sorted(sources.items()))}
        write_json(stage / "dataset.json", table | {"numTraining": len(real) + len(sources), OURS: own})
        if folds := splits(real, sources):
            write_json(stage / "splits_final.json", folds)

    def missing(self, out: Path) -> str | None:
        """The splits, as long as there is one scan alone."""
        if (out / "splits_final.json").exists():
            return None
        return "splits_final.json is written when there are two real cases; generate from another one, too"


LAYOUTS: dict[str, Layout] = {"plain": Layout(), "nnunet": NnUNetLayout("imagesTr", "labelsTr", "_0000")}


def find_layout(name: str) -> Layout:
    """A layout by its name; an unknown one is refused."""
    if name not in LAYOUTS:
        msg = f"--layout needs to be {' or '.join(LAYOUTS)}, got {name!r}"
        raise InputError(msg)
    return LAYOUTS[name]


def sample_name(case: Case, replica: int) -> str:
    """Name of one sample, without a suffix."""
    return f"{case.name}_scar{replica:03d}"


def label_numbers(scheme: LabelScheme) -> dict[str, int]:
    """nnU-Net's labels: the scheme's tissues, numbered without gaps."""
    return {tissue: number for number, tissue in enumerate(t for t in TISSUES if getattr(scheme, t))}


def read_table(out: Path, scheme: LabelScheme, ending: str) -> dict[str, Any]:
    """The ``dataset.json`` of ``out``, or a new one."""
    fresh: dict[str, Any] = {
        "channel_names": {"0": "LGE"},
        "labels": label_numbers(scheme),
        "numTraining": 0,
        "file_ending": ending,
        OURS: {"real": [], "synthetic": {}},
    }
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


def splits(real: list[str], synthetic: Mapping[str, str]) -> list[dict[str, list[str]]]:
    """Folds over real cases. A synthetic case is in the training part of the folds that train on its source.

    So no fold validates on a synthetic case, and none trains on a patient that it validates on.

    Args:
        real: names of the real cases.
        synthetic: name of the real case that each synthetic one was made from, by name of the synthetic one.
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
    """Write indented JSON that ends with a line break."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
