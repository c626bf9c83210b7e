"""``manifest.jsonl``: a row for every sample that is whole, added only after its files are in their places."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

from claim_aug.data.claim import lock_file
from claim_aug.data.commit import write_whole
from claim_aug.data.provenance import sha256
from claim_aug.errors import OutputError

MANIFEST, TABLE = "manifest.jsonl", "manifest.csv"
Row = dict[str, Any]
#: What rows have, and of which type; those of synthetic scans have more.
KINDS: dict[str, Any] = {"id": str, "name": str, "case": str, "replica": (int, type(None)), "synthetic": bool}
KINDS |= {"files": dict, "inputs": dict, "warnings": list}
SYNTHETIC_KINDS = {"realised": dict, "anchor": dict, "quality": dict, "existing": str}
BURDENS = ("burden_percent", "total_burden_percent")
#: Columns of the table for people, and where a row has them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "case": ("case",),
    "replica": ("replica",),
    "synthetic": ("synthetic",),
    "seed": ("seed",),
    "attempts": ("attempts",),
    "burden_percent": ("realised", "burden_percent"),
    "total_burden_percent": ("realised", "total_burden_percent"),
    "transmurality_mean": ("realised", "transmurality_mean"),
    "mvo_percent_of_scar": ("realised", "mvo_percent_of_scar"),
    "contrast_to_noise": ("quality", "contrast_to_noise"),
    "existing": ("existing",),
    "anchor": ("anchor", "source"),
    "anchor_confidence": ("anchor", "confidence"),
    "note": ("note",),
    "id": ("id",),
}


def iter_rows(out: Path) -> Iterator[Row]:
    """The rows of a manifest one by one, in their order; a line that was cut off or damaged is passed over."""
    with suppress(FileNotFoundError, NotADirectoryError), (out / MANIFEST).open("rb") as stream:
        for line in stream:
            row = None
            with suppress(ValueError, RecursionError):
                row = json.loads(line)
            if is_row(row):
                yield row


def is_row(row: Any) -> TypeGuard[Row]:
    """Whether something is a row as ``Sampling`` makes it, whose files lie in the folder of the run."""
    if not isinstance(row, dict) or not all(isinstance(row.get(name), kind) for name, kind in KINDS.items()):
        return False
    if row["synthetic"] and not (
        all(isinstance(row.get(name), kind) for name, kind in SYNTHETIC_KINDS.items())
        and all(isinstance(row["realised"].get(name), (int, float)) for name in BURDENS)
        and "angle_deg" in row["anchor"]
    ):
        return False
    paths = map(PurePosixPath, map(str, row["files"]))
    return all(isinstance(one, dict) and "sha256" in one for one in row["inputs"].values()) and not any(
        path.is_absolute() or ".." in path.parts for path in paths
    )


def read_rows(out: Path) -> dict[str, Row]:
    """The rows of a manifest by their ids, in their order."""
    return {row["id"]: row for row in iter_rows(out)}


def append_row(out: Path, row: Mapping[str, Any]) -> None:
    """Add a row in one write, and wait until the disk has it.

    Raises:
        OSError: a row that could not be written whole; the manifest is as it was before.
    """
    line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
    with opened(out) as handle:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line  # what was cut off stays a line of its own
        try:
            written = os.write(handle, line)
            if written < len(line):
                os.write(handle, line[written:])  # says why there was no more room
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise


def drop_rows(out: Path, ids: Collection[str], hidden: Path) -> None:
    """Write the manifest anew without the rows of some ids; ``hidden`` is a folder on the same disk."""
    with opened(out):
        kept = (row for key, row in read_rows(out).items() if key not in ids)
        write_whole(hidden / MANIFEST, "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in kept))
        (hidden / MANIFEST).replace(out / MANIFEST)


@contextmanager
def opened(out: Path) -> Iterator[int]:
    """The manifest, open to add to and locked, so that the shards of a run come one after another."""
    path = out / MANIFEST
    if path.is_symlink():
        msg = f"{path} is a link, which is not followed; remove it, or give another output"
        raise OutputError(msg)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            lock_file(handle)
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                yield handle
                return
        finally:
            os.close(handle)


def write_table(out: Path, hidden: Path) -> None:
    """Write ``manifest.csv``: the rows by case and number, without what differs from run to run."""

    def place(row: Mapping[str, Any]) -> tuple[str, int]:
        return row["case"], -1 if row["replica"] is None else row["replica"]

    # A run may have a million rows: what people do not see of them does not stay in memory.
    lines = {row["id"]: (place(row), [found(row, path) for path in COLUMNS.values()]) for row in iter_rows(out)}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(line for _, line in sorted(lines.values(), key=lambda pair: pair[0]))
    write_whole(hidden / TABLE, stream.getvalue())
    (hidden / TABLE).replace(out / TABLE)


def found(row: Any, path: tuple[str, ...]) -> Any:
    """The value of a row at a path; ``None`` where there is none."""
    for name in path:
        row = None if row is None else row.get(name)
    return row


def damage(out: Path, row: Mapping[str, Any]) -> str | None:
    """What is wrong with the files of a row, if anything."""
    for name, known in row["files"].items():
        path = out / name
        if not path.is_file():
            return f"{name} is missing"
        if sha256(path) != known:
            return f"{name} has changed"
    return None
