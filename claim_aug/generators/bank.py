"""A bank of scar textures: patches of labelled patients' scars, unrolled."""

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
    "donor": ("int32", ()),
    "plane": ("int32", ()),
    "arc": ("float32", ()),
    "length": ("float32", ()),
    "thickness": ("float32", ()),
    "transmurality": ("float32", ()),
    "noise": ("float32", ()),
}
#: A donor hardly brighter than remote counts as this bright where MVO is put in relation to it.
LEAST_LEVEL = 0.3


@dataclass(frozen=True)
class DonorPatch:
    """One patch of one donor.

    Attributes:
        texture: normalised intensity, remote 0, blood 1, (``DEPTHS``, ``POSITIONS``).
        measured: which cells lie at voxels of the donor; the others are filled from their neighbours.
        mvo: MVO, or else infarct.
        donor, plane: which patient, which slice.
        arc: degrees, 0-360.
        length, thickness: mm.
        transmurality: scar over wall, 0-1.
        noise: SD of the donor's noise, over blood less remote.
    """

    texture: NDArray[np.floating[Any]]
    measured: NDArray[np.bool_]
    mvo: bool
    donor: int
    plane: int
    arc: float
    length: float
    thickness: float
    transmurality: float
    noise: float


@dataclass(frozen=True)
class Sizes:
    """What donors are chosen by, (donors,) each: medians of their patches, and in how many slices these lie."""

    length: NDArray[np.float32]
    thickness: NDArray[np.float32]
    noise: NDArray[np.float32]
    planes: NDArray[np.intp]


@dataclass(frozen=True)
class Bank:
    """Patches of all donors, one array per attribute of ``DonorPatch``, patches first; and the data set's name."""

    texture: NDArray[np.float16]
    measured: NDArray[np.bool_]
    mvo: NDArray[np.bool_]
    donor: NDArray[np.int32]
    plane: NDArray[np.int32]
    arc: NDArray[np.float32]
    length: NDArray[np.float32]
    thickness: NDArray[np.float32]
    transmurality: NDArray[np.float32]
    noise: NDArray[np.float32]
    source: str

    @classmethod
    def of(cls, patches: Sequence[DonorPatch], source: str) -> Bank:
        """The patches as arrays."""
        arrays = {name: np.array([getattr(p, name) for p in patches], kind) for name, (kind, _) in LAYOUT.items()}
        return cls(**arrays, source=source)

    @property
    def donors(self) -> NDArray[np.int32]:
        """The donors that have infarct, ascending."""
        return np.unique(self.donor[~self.mvo])

    def sizes(self, mvo: bool) -> tuple[NDArray[np.int32], Sizes]:
        """The donors that have MVO, or infarct, ascending, and their sizes; worked out once."""
        return self._sizes[mvo]

    @cached_property
    def _sizes(self) -> dict[bool, tuple[NDArray[np.int32], Sizes]]:
        return {mvo: sizes_of(self, mvo) for mvo in (False, True)}

    def level(self, donor: int) -> float:
        """Median height of a donor's infarct, ``LEAST_LEVEL`` at least; of all donors where it has none."""
        own = (self.donor == donor) & ~self.mvo
        rows = own if own.any() else ~self.mvo
        return max(float(np.median(self.texture[rows][self.measured[rows]].astype(np.float32))), LEAST_LEVEL)


def sizes_of(bank: Bank, mvo: bool) -> tuple[NDArray[np.int32], Sizes]:
    """The donors with one kind of patch, and the sizes of these."""
    rows = np.flatnonzero(bank.mvo == mvo)
    donors = np.unique(bank.donor[rows])
    own = [rows[bank.donor[rows] == donor] for donor in donors]
    length, thickness, noise = (
        np.array([np.median(values[one]) for one in own]) for values in (bank.length, bank.thickness, bank.noise)
    )
    return donors, Sizes(length, thickness, noise, np.array([np.unique(bank.plane[one]).size for one in own]))
