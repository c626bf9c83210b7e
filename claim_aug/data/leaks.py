"""Synthetic scans that were made from patients who are validated on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from claim_aug.data.dataset import find_cases
from claim_aug.data.provenance import sha256
from claim_aug.data.scan_set import LabelledScan, validation_names
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError

SPLITS = "splits_final.json"


def leaked_scans(folder: Path, scans: Sequence[LabelledScan], validation: Path | None = None) -> tuple[str, ...] | None:
    """Names of the synthetic scans that leak; ``None`` where nothing says who is validated on.

    A patient is known by name, and, where ``validation`` is a folder of scans, by the bytes of the image, too.

    Args:
        folder: folder of the synthetic scans, whose own ``splits_final.json`` is read where there is one.
        scans: synthetic scans of the folder.
        validation: patients to validate on: a folder of scans, nnU-Net's ``splits_final.json``, or a text file.

    Raises:
        InputError: a file or folder that names no patients.
    """
    found = split_leaks(folder / SPLITS, scans)
    if validation is not None:
        names, hashes = set(validation_names(validation)), image_hashes(validation)
        leaking = {scan.case.name for scan in scans if scan.patient in names or scan.source_hash in hashes}
        found = leaking | (found or set())
    return None if found is None else tuple(sorted(found))


def image_hashes(folder: Path) -> set[str | None]:
    """SHA-256 of the images of a folder; none of a file."""
    return {sha256(path) for case in find_cases(folder) for path in case.image_paths} if folder.is_dir() else set()


def split_leaks(path: Path, scans: Sequence[LabelledScan]) -> set[str] | None:
    """Scans in the training part of a fold that validates on their patient; ``None`` where there are no folds.

    Raises:
        InputError: a file that holds no folds of nnU-Net.
    """
    if not path.is_file():
        return None
    try:
        folds = [(set(fold["train"]), set(fold["val"])) for fold in read_json(path)]
    except (OSError, ValueError, LookupError, TypeError) as error:
        msg = f"{path} cannot be read as nnU-Net's splits; remove it, or generate the data set anew"
        raise InputError(msg) from error
    return {
        scan.case.name
        for scan in scans
        for train, held_out in folds
        if (scan.case.name in train and scan.patient in held_out) or scan.case.name in held_out
    }
