"""A folder of labelled scans: which ones are synthetic, from whom they were made, and what their labels mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claim_aug.anatomy.labels import LabelScheme
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases
from claim_aug.data.sample_files import SAMPLE, is_sample_name
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError

SIDECARS = "sidecars"


@dataclass(frozen=True)
class LabelledScan:
    """A labelled scan of a folder.

    Attributes:
        case: files of the scan.
        patient: name of the patient that it is of, or was made from.
        scheme: label scheme of its label map.
        sidecar: sidecar of a synthetic scan; empty where there is none.
    """

    case: Case
    patient: str
    scheme: LabelScheme
    sidecar: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked_burden(self) -> float | None:
        """Size of the scar that was drawn for it, %LV; ``None`` where that is not recorded."""
        value = self.sidecar.get("parameters", {}).get("prior", {}).get("burden")
        return float(value) if isinstance(value, (int, float)) else None

    @property
    def generator(self) -> str | None:
        """Name of the generator that painted it; ``None`` where that is not recorded."""
        value = self.sidecar.get("request", {}).get("generator")
        return value if isinstance(value, str) else None

    @property
    def source_hash(self) -> str | None:
        """SHA-256 of the image that it was made from, or of its first slice; ``None`` where that is not recorded."""
        inputs = self.sidecar.get("inputs", {})
        value = (inputs.get("image") or inputs.get("image 0") or {}).get("sha256")
        return value if isinstance(value, str) else None


def read_scan_set(folder: Path, scheme: LabelScheme | str | None = None) -> list[LabelledScan]:
    """The labelled scans of a folder; in one that ``generate`` wrote, the synthetic ones alone.

    Args:
        folder: folder of images and labels in any layout of ``find_cases``.
        scheme: label scheme; by default what the sidecars or nnU-Net's ``dataset.json`` say, else EMIDEC's.

    Raises:
        InputError: a folder that does not exist, without label maps or images, or a sidecar that cannot be read.
    """
    cases = find_cases(folder, images_for="an evaluation")
    sidecars = {case.name: path for case in cases for path in sidecar_paths(folder, case.name) if path.is_file()}
    synthetic = [case for case in cases if case.name in sidecars]
    renumbered = nnunet_scheme(folder)
    found = []
    for case in synthetic or cases:
        record = read_sidecar(sidecars[case.name]) if synthetic else {}
        known = scheme or renumbered or own_scheme(record) or "emidec"
        named = SAMPLE.match(case.name)
        patient = str(record.get("case") or (named["case"] if named else case.name))
        found.append(LabelledScan(case, patient, LabelScheme.parse(known), record))
    return found


def sidecar_paths(folder: Path, name: str) -> Iterator[Path]:
    """Where the sidecar of a scan may be: in a folder for all, or, of a sample, beside it."""
    if is_sample_name(name):  # any other scan may have a JSON of its own converter beside it
        yield folder / f"{name}.json"
    yield folder / SIDECARS / f"{name}.json"


def read_sidecar(path: Path) -> dict[str, Any]:
    """What a sidecar records.

    Raises:
        InputError: a file that is no sidecar.
    """
    try:
        record = read_json(path)
        if (
            not isinstance(record, dict)
            or "case" not in record
            or not all(
                isinstance(record.get(name, {}), dict) for name in ("parameters", "inputs", "request", "anatomy")
            )
        ):
            raise KeyError("case")
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path} is not a sidecar of claim-aug generate; remove it, or generate the scan anew"
        raise InputError(msg) from error
    return record


def own_scheme(record: Mapping[str, Any]) -> str | None:
    """The label scheme that a sidecar records, as text for ``LabelScheme.parse``."""
    values = str(record.get("scheme", "")).partition(": ")[2]
    return values.replace(", ", ",") or None


def nnunet_scheme(folder: Path) -> LabelScheme | None:
    """The label scheme of nnU-Net's ``dataset.json``; ``None`` where there is none, or its names are not tissues'."""
    try:
        return LabelScheme.parse(dict(read_json(folder / "dataset.json")["labels"]))
    except (OSError, ValueError, LookupError, TypeError, InputError):
        return None


def validation_names(path: Path) -> tuple[str, ...]:
    """The patients to validate on: of nnU-Net's ``splits_final.json``, of a folder of scans, or of a text file.

    Raises:
        InputError: a file or folder that names no patients.
    """
    try:
        if path.is_dir():
            return tuple(case.name for case in find_cases(path))
        if path.suffix == ".json":
            folds: Sequence[Any] = read_json(path)
            return tuple(sorted({str(name) for fold in folds for name in fold["val"]}))
        names = tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, ValueError, LookupError, TypeError) as error:
        msg = f"--validation needs a folder of scans, a splits_final.json, or a text file of names, got {path}"
        raise InputError(msg) from error
    if not names:
        msg = f"{path} names no patient to validate on; write a name on each line"
        raise InputError(msg)
    return names
