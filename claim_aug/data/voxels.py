"""Image and label files in, the same files with a scar out: NIfTI stacks and grey PNG slices."""

from __future__ import annotations

import gzip
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from claim_aug.errors import InputError, MissingFileError, SpacingWarning

Array = NDArray[Any]
SUFFIXES = (".nii.gz", ".nii", ".png")
NIFTI_COMMENT = "comment"


class VoxelFile(Protocol):
    """A file of voxels that can be written again with other values and the same everything else."""

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


@dataclass(frozen=True)
class NiftiFile:
    """A NIfTI file.

    ``data`` has the stored dtype, or float64 where the header scales it. ``spacing`` is the header's ``pixdim``.
    """

    path: Path
    data: Array
    affine: NDArray[np.float64]
    spacing: tuple[float, ...]
    stored: Array
    scaling: tuple[float, float] | None
    header: Any
    suffix: str = ".nii.gz"

    @classmethod
    def read(cls, path: Path) -> NiftiFile:
        """Read a NIfTI file whole."""
        try:
            check_gzip(path)
            image: Any = nib.load(path)
            stored = np.asanyarray(image.dataobj.get_unscaled())
            slope, inter = image.dataobj.slope, image.dataobj.inter
        except (ImageFileError, EOFError, OSError, ValueError, AttributeError, zlib.error) as error:
            msg = f"{path} cannot be read as NIfTI; is it truncated, damaged or another format? ({error})"
            raise InputError(msg) from error
        scaled = (slope, inter) != (1.0, 0.0)
        return cls(
            path=path,
            data=stored * slope + inter if scaled else stored,
            affine=np.asarray(image.affine, dtype=np.float64),
            spacing=header_spacing(path, image),
            stored=stored,
            scaling=(slope, inter) if scaled else None,
            header=image.header.copy(),
        )

    def write(self, path: Path, data: Array, comment: str) -> None:
        """Write NIfTI: the header as it was but for ``descrip`` and a comment extension that say SYNTHETIC."""
        stored = data
        if self.scaling is not None:
            changed = data != self.data
            stored = self.stored.copy()
            levels = (data[changed] - self.scaling[1]) / self.scaling[0]
            stored[changed] = np.rint(levels) if stored.dtype.kind in "iu" else levels
        image = self._commented(stored, self.header.copy(), comment)
        if self.scaling is not None:
            image.header.set_slope_inter(*self.scaling)
        nib.save(image, path)

    def write_map(self, path: Path, data: Array, comment: str) -> None:
        """Write NIfTI with this file's geometry and the values' own dtype."""
        header = self.header.copy()
        header.set_data_dtype(data.dtype)
        header.set_slope_inter(1, 0)
        nib.save(self._commented(data, header, comment), path)

    def _commented(self, values: Array, header: Any, comment: str) -> Any:
        header["descrip"] = comment[:79].encode()
        header.extensions.append(nib.nifti1.Nifti1Extension(NIFTI_COMMENT, comment.encode()))
        kind = nib.Nifti2Image if isinstance(header, nib.Nifti2Header) else nib.Nifti1Image
        return kind(values, None, header)


@dataclass(frozen=True)
class PngFile:
    """A grey PNG slice, (rows, columns), 8 or 16 bit; it knows neither spacing nor orientation."""

    path: Path
    data: Array
    affine: None = None
    spacing: None = None
    suffix: str = ".png"

    @classmethod
    def read(cls, path: Path) -> PngFile:
        """Read a grey or indexed PNG whole."""
        try:
            with Image.open(path) as image:
                mode = image.mode
                data = np.array(image)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            msg = f"{path} cannot be read as PNG; is it truncated or another format? ({error})"
            raise InputError(msg) from error
        if data.ndim != 2 or mode == "1":
            msg = f"{path} needs to be a grey PNG with one channel of 8 or 16 bits, it has the mode {mode!r}"
            raise InputError(msg)
        return cls(path, data.astype(np.uint16) if mode.startswith("I") else data)

    def write(self, path: Path, data: Array, comment: str) -> None:
        """Write PNG with the comment as its description."""
        note = PngImagePlugin.PngInfo()
        note.add_text("Description", comment)
        Image.fromarray(data).save(path, format="PNG", pnginfo=note)

    def write_map(self, path: Path, data: Array, comment: str) -> None:
        """Write PNG, shares of 0-1 as 0-255."""
        self.write(path, np.rint(255 * data).astype(np.uint8) if data.dtype.kind == "f" else data, comment)


def read_voxels(path: Path) -> VoxelFile:
    """Read a NIfTI stack or a PNG slice.

    Raises:
        InputError: a file that is missing, of another kind, damaged, or not 2-D or 3-D.
    """
    if not path.is_file():
        if path.is_dir():
            msg = f"{path} is a folder; give one file at a time"
            raise InputError(msg)
        msg = f"{path} does not exist"
        raise MissingFileError(msg)
    if not path.name.lower().endswith(SUFFIXES):
        msg = f"{path} needs to be one of {', '.join(SUFFIXES)}"
        raise InputError(msg)
    file: VoxelFile = PngFile.read(path) if path.suffix.lower() == ".png" else NiftiFile.read(path)
    if file.data.ndim not in (2, 3) or file.data.size == 0:
        msg = f"{path} needs to be a slice or a stack (2-D or 3-D) with voxels in it, its shape is {file.data.shape}"
        msg += "; save one of its volumes by itself" if file.data.ndim > 3 else ""
        raise InputError(msg)
    if file.data.dtype.kind not in "iuf":
        msg = f"{path} needs to hold real numbers, it holds {file.data.dtype}"
        raise InputError(msg)
    return file


def check_gzip(path: Path) -> None:
    """Unpack to the end: only there gzip compares its checksum, and nibabel stops reading before."""
    if path.suffix == ".gz":
        with gzip.open(path) as stream:
            while stream.read(1 << 22):
                pass


def header_spacing(path: Path, image: Any) -> tuple[float, ...]:
    """Spacing from ``pixdim``. Where the affine says otherwise ``pixdim`` is right (EMIDEC, ACDC); both are named."""
    pixdim = tuple(float(size) for size in image.header.get_zooms()[:3])
    if not all(np.isfinite(size) and size > 0 for size in pixdim):
        msg = f"{path} has the pixdim {pixdim}; spacing needs to be positive"
        raise InputError(msg)
    affine = tuple(float(size) for size in nib.affines.voxel_sizes(image.affine))[: len(pixdim)]
    if not np.allclose(pixdim, affine, rtol=1e-3):
        warnings.warn(
            f"{path.name}: pixdim says {listed(pixdim)} mm, the affine {listed(affine)} mm; pixdim is used",
            SpacingWarning,
            stacklevel=4,
        )
    return pixdim


def listed(sizes: tuple[float, ...]) -> str:
    """``1.406 x 1.406 x 13``."""
    return " x ".join(f"{size:.4g}" for size in sizes)
