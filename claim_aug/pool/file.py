"""A patient's scars as one safetensors file, checked when it is read; nothing in it is ever executed."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from claim_aug.errors import InputError
from claim_aug.pool.patient import LAYOUT, About, Patient

FORMAT, VERSION, SUFFIX = "claim-aug scar pool", 1, ".safetensors"
LICENCE = "Made from scans of patients: whoever passes it on answers for the licence and the consent of those scans."
ADVICE = "make the pool again with claim-aug pool build DATASET OUT"


def write_patient(patient: Patient, path: Path) -> None:
    """Write as safetensors; equal scars give equal bytes."""
    about = {"version": VERSION, "licence": LICENCE} | asdict(patient.about)
    arrays = {name: np.ascontiguousarray(patient.arrays[name]) for name in LAYOUT}
    path.write_bytes(save(arrays, {FORMAT: json.dumps(about)}))


def read_about(path: Path) -> About:
    """What a file says of itself, without its arrays.

    Raises:
        InputError: unreadable, or a file of another kind or version.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            return checked_about(path, file.metadata() or {})
    except (OSError, SafetensorError) as error:
        msg = f"{path} cannot be read as part of a scar pool; is it truncated or another format? {ADVICE}"
        raise InputError(msg) from error


def checked_about(path: Path, metadata: dict[str, str]) -> About:
    """The description in a file's metadata, if it is one of ours."""
    try:
        about = json.loads(metadata[FORMAT])
        version = about.pop("version")
        about.pop("licence", None)
        if version != VERSION:
            msg = f"{path} has format version {version}, this release reads version {VERSION}; {ADVICE}"
            raise InputError(msg)
        described = About(**about | {"shape": tuple(about["shape"]), "planes": tuple(about["planes"])})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        msg = f"{path} is a safetensors file of something else, no part of a scar pool; {ADVICE}"
        raise InputError(msg) from error
    if described.across not in range(len(described.shape)) or described.shape[described.across] != len(
        described.planes
    ):
        msg = f"{path} describes no stack of slices; {ADVICE}"
        raise InputError(msg)
    return described


class OpenPatient:
    """A file that stays mapped into memory; only what is asked for is read. Checked once, when it is opened."""

    def __init__(self, path: Path) -> None:
        self.about = read_about(path)
        self.file: Any = safe_open(path, framework="numpy").__enter__()
        wrong = self.wrong()
        if wrong:
            msg = f"{path} cannot be used as part of a scar pool: {wrong}; {ADVICE}"
            raise InputError(msg)
        self.start, self.text_start = self.file.get_tensor("start"), self.file.get_tensor("text_start")
        self.seed = self.file.get_tensor("seed")
        planes = np.unravel_index(self.file.get_tensor("voxel"), self.about.shape)[self.about.across]
        spans = zip(self.start[:-1], self.start[1:], strict=True)
        #: The planes that each scar reaches.
        self.reach = [frozenset(np.unique(planes[first:last]).tolist()) for first, last in spans]

    def scar(self, number: int) -> dict[str, Any]:
        """Arrays of one scar, and its parameters as text."""
        part = slice(int(self.start[number]), int(self.start[number + 1]))
        letters = slice(int(self.text_start[number]), int(self.text_start[number + 1]))
        names = ("voxel", "before", "value", "label", "tissue")
        arrays: dict[str, Any] = {name: self.file.get_slice(name)[part] for name in names}
        return arrays | {"text": self.file.get_slice("text")[letters].tobytes()}

    def wrong(self) -> str | None:
        """What is wrong with the content, if anything."""
        arrays = {name: self.file.get_tensor(name) for name in self.file.keys()}  # noqa: SIM118
        if set(arrays) != set(LAYOUT):
            return f"it needs the arrays {', '.join(LAYOUT)}, it has {', '.join(sorted(arrays)) or 'none'}"
        counts = {"voxels": arrays["voxel"].size, "scars": arrays["seed"].size, "letters": arrays["text"].size}
        counts["starts"] = counts["scars"] + 1
        for name, (kinds, count) in LAYOUT.items():
            array = arrays[name]
            fits = array.dtype == kinds if kinds[-1].isdigit() else array.dtype.kind in kinds
            if not fits or array.shape != (counts[count],):
                return f"{name} needs {counts[count]} values of kind {kinds}, it has {array.shape} of {array.dtype}"
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                return f"{name} holds values that are NaN or infinite"
        for name, end in (("start", counts["voxels"]), ("text_start", counts["letters"])):
            edges = arrays[name]
            if edges[0] != 0 or edges[-1] != end or (np.diff(edges) <= 0).any():
                return f"{name} does not divide what it should"
        voxel = arrays["voxel"]
        if not voxel.size or voxel.min() < 0 or voxel.max() >= np.prod(self.about.shape):
            return "it holds no scar, or voxels outside its grid"
        return None


def open_patient(path: Path) -> OpenPatient:
    """A patient's file: opened once per process, and again when it has changed.

    Raises:
        InputError: missing, truncated, of another kind or version, or with impossible content.
    """
    try:
        state = path.stat()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; {ADVICE}"
        raise InputError(msg) from error
    return open_again(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def open_again(path: Path, changed_ns: int, size: int) -> OpenPatient:
    """Open a file; the time of its last change and its size make another file of the same name another one."""
    return OpenPatient(path)
