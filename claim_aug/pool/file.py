"""A patient's scars as one safetensors file, checked when it is opened."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.data.artifacts import ArtifactKind, misfit, read_once
from claim_aug.pool.patient import LAYOUT, About, Patient

SUFFIX = ".safetensors"
LICENCE = "Made from scans of patients: whoever passes it on answers for the licence and the consent of those scans."
KIND = ArtifactKind(
    "claim-aug scar pool",
    (2,),
    "part of a scar pool",
    "make the pool again with claim-aug pool build DATASET OUT",
)


def write_patient(patient: Patient, path: Path) -> None:
    """Write as safetensors; equal scars give equal bytes."""
    about = {"licence": LICENCE} | asdict(patient.about)
    path.write_bytes(KIND.pack({name: patient.arrays[name] for name in LAYOUT}, about))


def read_about(path: Path) -> About:
    """What a file says of itself, without its arrays.

    Raises:
        InputError: a file that cannot be read, or one of another kind or version.
    """
    with KIND.opened(path) as (about, _):
        return described(path, about)


def described(path: Path, about: dict[str, Any]) -> About:
    """The description in a file's metadata, checked."""
    facts = {name: value for name, value in about.items() if name not in ("version", "licence")}
    try:
        found = About(**facts | {"shape": tuple(facts["shape"]), "planes": tuple(facts["planes"])})
        stack = found.across >= 0 and found.shape[found.across] == len(found.planes)
    except (KeyError, TypeError, IndexError) as error:
        raise KIND.refusal(path, "it describes no stack of slices, it is something else") from error
    if not stack:
        raise KIND.refusal(path, "it describes no stack of slices")
    return found


class OpenPatient:
    """A file that stays mapped into memory; only what is asked for is read.

    Attributes:
        about: facts about the patient and the scars, as the file has them.
        seed: seed of every scar, (scars,).
        touched_slices: indices of the slices that each scar touches.
    """

    def __init__(self, path: Path) -> None:
        self._opened = KIND.opened(path)
        facts, self.file = self._opened.__enter__()
        self.about = described(path, facts)
        wrong = self.wrong()
        if wrong:
            raise KIND.refusal(path, wrong)
        self.start, self.text_start = self.file.get_tensor("start"), self.file.get_tensor("text_start")
        self.seed = self.file.get_tensor("seed")
        planes = np.unravel_index(self.file.get_tensor("voxel"), self.about.shape)[self.about.across]
        spans = zip(self.start[:-1], self.start[1:], strict=True)
        self.touched_slices = [frozenset(np.unique(planes[first:last]).tolist()) for first, last in spans]

    def scar(self, number: int) -> dict[str, Any]:
        """Arrays of one scar, and its parameters as text."""
        part = slice(int(self.start[number]), int(self.start[number + 1]))
        letters = slice(int(self.text_start[number]), int(self.text_start[number + 1]))
        names = ("voxel", "before", "value", "label", "tissue")
        arrays: dict[str, Any] = {name: self.file.get_slice(name)[part] for name in names}
        return arrays | {"text": self.file.get_slice("text")[letters].tobytes()}

    def wrong(self) -> str | None:
        """What is wrong with the arrays, if anything."""
        arrays = {name: self.file.get_tensor(name) for name in self.file.keys()}  # noqa: SIM118
        reason = misfit(arrays, LAYOUT)
        if reason:
            return reason
        for name, ends in (("start", arrays["voxel"].size), ("text_start", arrays["text"].size)):
            edges = arrays[name]
            divides = edges.size == arrays["seed"].size + 1 and edges[0] == 0 and edges[-1] == ends
            if not divides or (np.diff(edges) <= 0).any():
                return f"{name} does not divide what it should"
        voxel = arrays["voxel"]
        if not voxel.size or voxel.min() < 0 or voxel.max() >= np.prod(self.about.shape):
            return "it holds no scar, or voxels outside its grid"
        return None


#: A patient's file: opened once per process, and again when it has changed.
open_patient = read_once(maxsize=64)(OpenPatient)
