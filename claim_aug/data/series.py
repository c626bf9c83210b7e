"""Slices in files of their own, put together to a stack by where they lie."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.data.nifti import listed
from claim_aug.data.voxels import VoxelFile
from claim_aug.errors import InputError, SpacingWarning

#: Distances of neighbouring slices of one stack are equal but for rounding.
EVEN = 0.05
#: Slices closer than this lie in the same place, mm.
SAME = 1e-3


@dataclass(frozen=True)
class Geometry:
    """Where a stack lies, as far as its files know.

    Attributes:
        affine: 4x4 matrix from voxels to mm, with slices along the third axis; ``None`` where the files have none.
        spacing: size of a voxel along each axis, mm; ``None`` where the files do not say it.
    """

    affine: NDArray[np.float64] | None
    spacing: tuple[float, ...] | None

    @classmethod
    def from_files(cls, files: tuple[VoxelFile, ...]) -> Geometry:
        """The geometry of a stack in one file, or of slices in their order."""
        first = files[0]
        if first.affine is None or first.spacing is None:
            return cls(None, None)
        if len(files) == 1:
            return cls(first.affine, first.spacing)
        places = np.array([file.affine[:3, 3] for file in files])  # type: ignore[index]
        whole = np.linalg.norm(places[-1] - places[0])
        if whole < SAME:
            return cls(None, None)
        step = float(np.median(np.linalg.norm(np.diff(places, axis=0), axis=1)))
        affine = first.affine.copy()
        affine[:3, 2] = (places[-1] - places[0]) / whole * step
        return cls(affine, (*first.spacing[:2], step))


def check_same_slices(first: VoxelFile, other: VoxelFile) -> None:
    """Refuse slices that cannot lie upon one another.

    Raises:
        InputError: files of more than one slice each, or slices that differ in shape, in the size of a pixel, or in
            the plane that they lie in.
    """
    pair = f"{first.path.name} and {other.path.name} are no slices of one stack: "
    shapes = [file.data.shape for file in (first, other)]
    if shapes[0] != shapes[1]:
        msg = pair + f"shape {shapes[0]} and {shapes[1]}"
        raise InputError(msg)
    if shapes[0][2:] not in ((), (1,)):
        msg = pair + f"each is a stack itself, of shape {shapes[0]}; give them names as cases of their own"
        raise InputError(msg)
    if (first.affine is None) != (other.affine is None):
        msg = pair + "one of them says where it lies and the other does not"
        raise InputError(msg)
    if first.affine is None or other.affine is None or first.spacing is None or other.spacing is None:
        return
    if not np.allclose(first.spacing[:2], other.spacing[:2], rtol=1e-3):
        msg = pair + f"pixels of {listed(first.spacing[:2])} mm and {listed(other.spacing[:2])} mm"
        raise InputError(msg)
    if not np.allclose(first.affine[:3, :2], other.affine[:3, :2], atol=1e-2):
        msg = pair + "they do not lie in parallel; resample one of them onto the other"
        raise InputError(msg)


def in_order(files: tuple[VoxelFile, ...]) -> tuple[VoxelFile, ...]:
    """Slices in the order in which they lie; as they came where they do not say it.

    Raises:
        InputError: two slices in the same place, though not all of them are.
    """
    if len(files) < 2 or any(file.affine is None for file in files):
        return files
    affines: list[Any] = [file.affine for file in files]
    normal = np.cross(affines[0][:3, 0], affines[0][:3, 1])
    normal = normal / np.linalg.norm(normal)
    if normal @ affines[0][:3, 2] < 0:  # with the slices' own third axis, so that the array keeps its handedness
        normal = -normal
    along = np.array([affine[:3, 3] @ normal for affine in affines])
    if np.ptp(along) < SAME:
        warnings.warn(
            f"{files[0].path.name} and {len(files) - 1} more slices all say that they lie in the same place; they are "
            "stacked in the order of their names, and how far they are apart is not known",
            SpacingWarning,
            stacklevel=3,
        )
        return files
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    usual = float(np.median(steps))
    for index in np.flatnonzero((steps < SAME) | (np.abs(steps - usual) > EVEN * usual)):
        pair = " and ".join(files[order[place]].path.name for place in (index, index + 1))
        if steps[index] < SAME:
            msg = f"{pair} lie in the same place; remove one of them"
            raise InputError(msg)
        what = "a gap lies" if steps[index] > usual else "there is an overlap"
        warnings.warn(
            f"{what} between {pair}: they are {steps[index]:.4g} mm apart, other slices {usual:.4g} mm",
            SpacingWarning,
            stacklevel=3,
        )
    return tuple(files[place] for place in order)
