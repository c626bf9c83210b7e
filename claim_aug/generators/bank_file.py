"""A bank as one safetensors file, checked when it is read; nothing in it is ever executed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from claim_aug.errors import InputError
from claim_aug.generators.bank import LAYOUT, Bank

FORMAT, VERSION = "claim-aug scar bank", 1
LICENCE = "Made from scans of patients: whoever passes it on answers for the licence and the consent of those scans."
CONVENTION = (
    "(intensity - remote) / (blood - remote) per slice, without noise and surroundings; "
    "rows from the endocardial to the epicardial side of the scar, columns along the wall; sizes in mm"
)
ADVICE = "make one with claim-aug bank build DATASET OUT.safetensors"


def write_bank(bank: Bank, path: Path) -> None:
    """Write as safetensors; equal banks give equal bytes."""
    arrays = {name: np.ascontiguousarray(getattr(bank, name)) for name in LAYOUT}
    about = {"version": VERSION, "scars": bank.donors.size, "source": bank.source}
    # One entry: safetensors writes several in an order of its own, another one each time.
    path.write_bytes(save(arrays, {FORMAT: json.dumps(about | {"licence": LICENCE, "convention": CONVENTION})}))


def read_bank(path: str | Path) -> Bank:
    """The bank of a file: read once per process, and again when the file has changed.

    Raises:
        InputError: missing, truncated, of another kind or version, or with impossible content.
    """
    try:
        state = Path(path).stat()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; {ADVICE}"
        raise InputError(msg) from error
    return read_again(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def read_again(path: str, changed_ns: int, size: int) -> Bank:
    """Read a bank; the time of its last change and its size make another file of the same name another bank."""
    try:
        with safe_open(path, framework="numpy") as file:
            about = read_about(file.metadata() or {})
            wrong = wrong_about(about)
            arrays = {} if wrong else {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        msg = f"{path} cannot be read as a scar bank; is it truncated or another format? {ADVICE}"
        raise InputError(msg) from error
    wrong = wrong or wrong_arrays(arrays)
    if wrong:
        msg = f"{path} cannot be used as a scar bank: {wrong}; {ADVICE}"
        raise InputError(msg)
    return Bank(**arrays, source=str(about.get("source", "")))


def read_about(metadata: dict[str, str]) -> dict[str, Any]:
    """What a file says of itself; nothing where it is no bank."""
    try:
        about = json.loads(metadata[FORMAT])
    except (KeyError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def wrong_about(about: dict[str, Any]) -> str | None:
    """What is wrong with the metadata of a file, if anything."""
    if not about:
        return "it is a safetensors file of something else"
    if about.get("version") != VERSION:
        return f"it has format version {about.get('version')}, this release reads version {VERSION}"
    return None


def wrong_arrays(arrays: dict[str, NDArray[Any]]) -> str | None:
    """What is wrong with the content of a file, if anything."""
    if set(arrays) != set(LAYOUT):
        return f"it needs the arrays {', '.join(LAYOUT)}, it has {', '.join(sorted(arrays)) or 'none'}"
    count = len(arrays["mvo"]) if arrays["mvo"].ndim else 0
    for name, (kind, shape) in LAYOUT.items():
        array = arrays[name]
        if array.dtype != kind or array.shape != (count, *shape):
            return f"{name} needs to be {kind} of {(count, *shape)}, it is {array.dtype} of {array.shape}"
        if not np.isfinite(array).all():
            return f"{name} holds values that are NaN or infinite"
    for name in ("length", "thickness", "noise"):
        if not (arrays[name] > 0).all():
            return f"{name} holds values that are not positive"
    return None if count and not arrays["mvo"].all() else "it holds no infarct"
