"""A bank of scar textures: patches of labelled patients' scars, unrolled along the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.generators.texture import DEPTHS, POSITIONS

#: What is stored of every patch: dtype, and shape behind the patches.
LAYOUT: dict[str, tuple[str, tuple[int, ...]]] = {
    "texture": ("float16", (DEPTHS, POSITIONS)),
    "measured": ("bool", (DEPTHS, POSITIONS)),
    "mvo": ("bool", ()),
    "source_patient": ("int32", ()),
    "plane": ("int32", ()),
    "arc": ("float32", ()),
    "length": ("float32", ()),
    "thickness": ("float32", ()),
    "transmurality": ("float32", ()),
    "noise": ("float32", ()),
}
#: Scar hardly brighter than remote counts as this bright where MVO is put in relation to it.
LEAST_INTENSITY = 0.3


@dataclass(frozen=True)
class BankPatch:
    """One patch of one source patient's scar.

    Attributes:
        texture: relative intensity, remote 0 and blood 1, (``DEPTHS``, ``POSITIONS``).
        measured: mask of the cells that lie at voxels of the scar, of the texture's shape; others are filled from their
            neighbours.
        mvo: whether the patch is MVO, or else infarct.
        source_patient: number of the source patient.
        plane: index of the slice.
        arc: angle that the patch spans, in degrees, 0-360.
        length: mean size of the patch along the wall, mm.
        thickness: mean size of the patch across the wall, mm.
        transmurality: share of the wall's depth that is scar, 0-1.
        noise: SD of the scan's noise in relative intensity.
    """

    texture: NDArray[np.floating[Any]]
    measured: NDArray[np.bool_]
    mvo: bool
    source_patient: int
    plane: int
    arc: float
    length: float
    thickness: float
    transmurality: float
    noise: float


@dataclass(frozen=True)
class Sizes:
    """What source patients are chosen by, (patients,) each.

    Attributes:
        length: median length of the patient's patches in mm.
        thickness: median thickness of the patient's patches in mm.
        noise: median SD of noise of the patient's patches, in relative intensity.
        planes: number of slices in which the patient's patches lie.
    """

    length: NDArray[np.float32]
    thickness: NDArray[np.float32]
    noise: NDArray[np.float32]
    planes: NDArray[np.intp]


@dataclass(frozen=True)
class Bank:
    """The patches of all source patients, an array for each attribute of ``BankPatch`` with patches first.

    Attributes:
        source: name of the data set.
    """

    texture: NDArray[np.float16]
    measured: NDArray[np.bool_]
    mvo: NDArray[np.bool_]
    source_patient: NDArray[np.int32]
    plane: NDArray[np.int32]
    arc: NDArray[np.float32]
    length: NDArray[np.float32]
    thickness: NDArray[np.float32]
    transmurality: NDArray[np.float32]
    noise: NDArray[np.float32]
    source: str

    @classmethod
    def from_patches(cls, patches: Sequence[BankPatch], source: str) -> Bank:
        """The bank of these patches."""
        arrays = {name: np.array([getattr(p, name) for p in patches], kind) for name, (kind, _) in LAYOUT.items()}
        return cls(**arrays, source=source)

    @property
    def source_patients(self) -> NDArray[np.int32]:
        """Numbers of the patients that have infarct, ascending."""
        return np.unique(self.source_patient[~self.mvo])

    def sizes(self, mvo: bool) -> tuple[NDArray[np.int32], Sizes]:
        """The patients that have MVO, or infarct, ascending, and their sizes; worked out once."""
        return self._sizes[mvo]

    @cached_property
    def _sizes(self) -> dict[bool, tuple[NDArray[np.int32], Sizes]]:
        return {mvo: sizes_of(self, mvo) for mvo in (False, True)}

    def intensity(self, source_patient: int) -> float:
        """Median relative intensity of a patient's infarct, at least ``LEAST_INTENSITY``; of all where it has none."""
        own = (self.source_patient == source_patient) & ~self.mvo
        rows = own if own.any() else ~self.mvo
        return max(float(np.median(self.texture[rows][self.measured[rows]].astype(np.float32))), LEAST_INTENSITY)


def sizes_of(bank: Bank, mvo: bool) -> tuple[NDArray[np.int32], Sizes]:
    """The patients with one kind of patch, and the sizes of these."""
    rows = np.flatnonzero(bank.mvo == mvo)
    patients = np.unique(bank.source_patient[rows])
    own = [rows[bank.source_patient[rows] == patient] for patient in patients]
    length, thickness, noise = (
        np.array([np.median(values[one]) for one in own]) for values in (bank.length, bank.thickness, bank.noise)
    )
    return patients, Sizes(length, thickness, noise, np.array([np.unique(bank.plane[one]).size for one in own]))
