"""Image and label files in, the same files with a scar out: NIfTI stacks and grey PNG slices."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from claim_aug.data.nifti import NiftiFile
from claim_aug.data.png import PngFile
from claim_aug.errors import InputError, MissingFileError

Array = NDArray[Any]
SUFFIXES = (".nii.gz", ".nii", ".png")


class VoxelFile(Protocol):
    """A file of voxels that can be written again with other values and the same everything else.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.data import Case
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> folder = write_emidec(make_phantom(7, shape=(80, 80, 4)), Path(), "Case_000")
        >>> case = Case.from_files(folder / "Images/Case_000.nii.gz", folder / "Contours/Case_000.nii.gz")
        >>> wall = (case.label_file.data > 1).astype("uint8")
        >>> case.label_file.write_map(Path("wall.nii.gz"), wall, "the wall, and scar in it")
    """

    @property
    def path(self) -> Path: ...
    @property
    def data(self) -> Array: ...
    @property
    def affine(self) -> NDArray[np.float64] | None: ...
    @property
    def spacing(self) -> tuple[float, ...] | None: ...
    @property
    def suffix(self) -> str: ...

    def write(self, path: Path, data: Array, comment: str) -> None:
        """Write ``data`` as this file was: header, geometry and dtype; ``comment`` says what it is."""

    def write_map(self, path: Path, data: Array, comment: str) -> None:
        """Write other values on this file's grid, in their own dtype; a PNG holds shares of 0-1 as 0-255."""


def read_voxels(path: Path, *, labels: bool = False) -> VoxelFile:
    """Read a NIfTI stack or a PNG slice.

    Args:
        path: path of the file.
        labels: whether it is a label map: of a PNG with a palette, its numbers count and not its colours.

    Raises:
        InputError: a file that is missing, of another kind, damaged, or not 2-D or 3-D.
    """
    try:
        file, folder = path.is_file(), path.is_dir()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise InputError(msg) from error
    if not file:
        msg = f"{path} is a folder; give one file at a time" if folder else f"{path} does not exist"
        raise (InputError if folder else MissingFileError)(msg)
    if not path.name.lower().endswith(SUFFIXES):
        msg = f"{path} needs to be one of {', '.join(SUFFIXES)}"
        raise InputError(msg)
    read: VoxelFile = PngFile.read(path, labels=labels) if path.suffix.lower() == ".png" else NiftiFile.read(path)
    if read.data.ndim not in (2, 3) or read.data.size == 0:
        msg = f"{path} needs to be a slice or a stack (2-D or 3-D) with voxels in it, its shape is {read.data.shape}"
        msg += "; save one of its volumes by itself" if read.data.ndim > 3 else ""
        raise InputError(msg)
    return read
