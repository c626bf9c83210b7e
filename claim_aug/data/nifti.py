"""A NIfTI file in, the same file with other voxels out."""

from __future__ import annotations

import gzip
import logging
import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray

from claim_aug.data.dtypes import beyond_dtype, to_dtype
from claim_aug.data.sizes import check_size
from claim_aug.errors import InputError, IntensityWarning, SpacingWarning

Array = NDArray[Any]
NIFTI_COMMENT = "comment"
#: Millimetres in the units of length that a header can name by number: metres and micrometres. Others are millimetres.
MILLIMETRES = {1: 1000.0, 3: 0.001}
#: What may follow the last voxel of a file that is unpacked.
ROOM = 1 << 20


@dataclass(frozen=True)
class NiftiFile:
    """A NIfTI file.

    Attributes:
        path: path of the file.
        data: values, (I, J) or (I, J, K), in the stored dtype, or as float64 where the header scales them.
        affine: 4x4 matrix from voxels to mm.
        spacing: size of a voxel in mm, the header's ``pixdim``.
        stored: numbers as they are stored, of the stored shape.
        scaling: slope and intercept of the header; ``None`` where it does not scale.
        header: header of the file.
        suffix: suffix of what is written.
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
        """Read a NIfTI file whole.

        Raises:
            InputError: a file that is damaged, of another kind, larger than any scan, or of several volumes.
        """
        with refusing(path), quiet_nibabel():
            image: Any = nib.load(path)
            claimed = check_size(path, image.shape, image.header.get_data_dtype().itemsize)
            check_gzip(path, int(image.dataobj.offset) + claimed)
            stored = np.asanyarray(image.dataobj.get_unscaled())
            slope, inter = image.dataobj.slope, image.dataobj.inter
            pixdim = stored_pixdim(image)
        if stored.dtype.kind not in "iuf":
            msg = f"{path} needs to hold real numbers, it holds {stored.dtype}"
            raise InputError(msg)
        shape = stored.shape
        while len(shape) > 3 and shape[-1] == 1:  # a series of one volume is that volume
            shape = shape[:-1]
        values = stored.reshape(shape)
        scaled = (slope, inter) != (1.0, 0.0)
        unit = MILLIMETRES.get(int(image.header["xyzt_units"]) % 8, 1.0)
        affine = np.asarray(image.affine, dtype=np.float64).copy()
        affine[:3] *= unit
        return cls(
            path=path,
            data=values * slope + inter if scaled else values,
            affine=affine,
            spacing=header_spacing(
                path, [unit * size for size in pixdim[: min(len(shape), 3)]], affine, own=image.header["sform_code"] > 0
            ),
            stored=stored,
            scaling=(slope, inter) if scaled else None,
            header=image.header.copy(),
        )

    def write(self, path: Path, data: Array, comment: str) -> None:
        """Write NIfTI: the header as it was but for ``descrip`` and a comment extension that say SYNTHETIC.

        Where the header scales, a value beyond what the stored dtype can hold becomes the nearest that it can.
        """
        stored = data.reshape(self.stored.shape)
        if self.scaling is not None:
            changed = stored != self.data.reshape(self.stored.shape)
            numbers = (stored[changed] - self.scaling[1]) / self.scaling[0]
            stored = self.stored.copy()
            stored[changed] = to_dtype(numbers, stored.dtype)
            if beyond := beyond_dtype(numbers, stored.dtype):
                warnings.warn(
                    f"{path.name}: {beyond} voxels are brighter or darker than the scaled {stored.dtype} of the scan's "
                    "file can hold, and are at its end",
                    IntensityWarning,
                    stacklevel=2,
                )
        image = self._commented(stored, self.header.copy(), comment)
        if self.scaling is not None:
            image.header.set_slope_inter(*self.scaling)
        nib.save(image, path)

    def write_map(self, path: Path, data: Array, comment: str) -> None:
        """Write NIfTI with this file's geometry and the values' own dtype."""
        header = self.header.copy()
        header.set_data_dtype(data.dtype)
        header.set_slope_inter(1, 0)
        nib.save(self._commented(data.reshape(self.stored.shape), header, comment), path)

    def _commented(self, values: Array, header: Any, comment: str) -> Any:
        header["descrip"] = comment[:79].encode()
        header.extensions.append(nib.nifti1.Nifti1Extension(NIFTI_COMMENT, comment.encode()))
        kind = nib.Nifti2Image if isinstance(header, nib.Nifti2Header) else nib.Nifti1Image
        return kind(values, None, header)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes of its reader is one error that names the file."""
    try:
        yield
    except InputError:
        raise  # says already what is wrong
    except (
        ImageFileError, EOFError, OSError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError,
        MemoryError, zlib.error, nib.spatialimages.HeaderDataError, np.linalg.LinAlgError,
    ) as error:  # fmt: skip
        msg = f"{path} cannot be read as NIfTI; is it truncated, damaged or another format? ({error})"
        raise InputError(msg) from error


@contextmanager
def quiet_nibabel() -> Iterator[None]:
    """No messages of nibabel about headers that it mends by itself: what matters of that is said here."""
    log = logging.getLogger("nibabel.global")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def check_gzip(path: Path, claimed: int) -> None:
    """Unpack to the end: only there gzip compares its checksum, and nibabel stops reading before.

    Args:
        path: path of the file.
        claimed: size that the header says the file has when it is unpacked, bytes.
    """
    if path.suffix.lower() != ".gz":
        return
    found = 0
    with gzip.open(path) as stream:
        while part := stream.read(1 << 22):
            found += len(part)
            if found > claimed + ROOM:
                msg = f"{path} holds more than the {claimed} bytes that its header speaks of; is it damaged?"
                raise InputError(msg)


def stored_pixdim(image: Any) -> tuple[float, ...]:
    """``pixdim`` as it is in the file, without its sign; nibabel replaces what is impossible by 1."""
    holder = image.file_map.get("header", image.file_map["image"])
    if holder.filename is None or not Path(holder.filename).exists():
        holder = image.file_map["image"]
    with holder.get_prepare_fileobj("rb") as stream:
        raw = type(image.header).from_fileobj(stream, check=False)
    return tuple(abs(float(size)) for size in raw["pixdim"][1 : 1 + len(image.shape)])


def header_spacing(path: Path, pixdim: list[float], affine: NDArray[np.float64], *, own: bool) -> tuple[float, ...]:
    """Spacing in mm from ``pixdim``, which is right where the affine says otherwise (EMIDEC, ACDC); both are named.

    Args:
        path: path of the file.
        pixdim: sizes of the header, mm.
        affine: 4x4 matrix from voxels to mm.
        own: whether the affine's sizes are its own (an sform), and not made of ``pixdim``.

    Raises:
        InputError: sizes that are impossible in both.
    """
    sizes = tuple(float(size) for size in nib.affines.voxel_sizes(affine))[: len(pixdim)]
    possible = all(math.isfinite(size) and size > 0 for size in pixdim)
    if not possible and not (own and all(math.isfinite(size) and size > 0 for size in sizes)):
        msg = f"{path} has the pixdim {listed(pixdim)}, and no affine that says more; spacing needs to be positive"
        raise InputError(msg)
    used = tuple(pixdim) if possible else sizes
    if not possible or not np.allclose(pixdim, sizes, rtol=1e-3):
        warnings.warn(
            f"{path.name}: pixdim says {listed(pixdim)} mm, the affine {listed(sizes)} mm; "
            f"{'pixdim' if possible else 'the affine'} is used",
            SpacingWarning,
            stacklevel=4,
        )
    return used


def listed(sizes: tuple[float, ...] | list[float]) -> str:
    """``1.406 x 1.406 x 13``."""
    return " x ".join(f"{size:.4g}" for size in sizes)
