"""The scans of a pool, found again by their label maps."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from claim_aug.data.artifacts import read_once
from claim_aug.errors import EmptyScarError, InputError, MissingFileError
from claim_aug.pool.file import KIND, SUFFIX, read_about
from claim_aug.pool.recognition import label_map_fingerprint


def find_scans(folder: Path, labels: NDArray[Any]) -> list[tuple[Path, int | None]]:
    """The files of scans in a pool with this label map, and which of their slices it is, if it is one.

    There are several where one contour serves several images, such as magnitude and PSIR.

    Raises:
        EmptyScarError: an empty label map.
        InputError: a scan of which the pool has no scars.
    """
    scans = scans_of(folder)
    mark = label_map_fingerprint(labels)
    if mark in scans:
        return scans[mark]
    if not labels.any():
        msg = "the label map is empty: nothing of it can be in a pool"
        raise EmptyScarError(msg)
    known = sorted({path.stem for found in scans.values() for path, _ in found})
    msg = (
        f"no scars in {folder} for this scan of shape {labels.shape} (there are {len(known)} cases, {known[0]} the "
        "first): a pool comes first in a pipeline, before anything that moves or crops voxels"
    )
    raise InputError(msg)


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files of a pool, whose times and sizes tell whether it has changed, and its folder."""
    return (folder, *sorted(folder.glob(f"[!.]*{SUFFIX}")))


@read_once(maxsize=8, files=files_of)
def scans_of(folder: Path) -> dict[str, list[tuple[Path, int | None]]]:
    """Scans and slices of a pool by their fingerprints: read once per process, and again when files have changed.

    Raises:
        InputError: a folder that cannot be read, or a file in it that is no part of a pool.
    """
    if not folder.exists():
        msg = f"{folder} cannot be read: No such file or directory; {KIND.advice}"
        raise MissingFileError(msg)
    found: dict[str, list[tuple[Path, int | None]]] = defaultdict(list)
    for path in files_of(folder)[1:]:
        about = read_about(path)
        found[about.whole].append((path, None))
        for plane, mark in enumerate(about.planes):
            if mark:
                found[mark].append((path, plane))
    return dict(found)
