"""Phantoms on disk, as EMIDEC and nnU-Net lay their data sets out."""

from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from claim_aug.errors import OutputError
from claim_aug.phantom.model import Phantom

DESCRIPTION = b"SYNTHETIC claim-aug phantom"


def write_emidec(phantom: Phantom, folder: str | os.PathLike[str], case: str) -> Path:
    """Write ``folder/case/Images/case.nii.gz`` and ``folder/case/Contours/case.nii.gz``; returns ``folder/case``.

    Unlike EMIDEC's own files these say the true spacing in the affine. Equal phantoms give equal bytes. Label 5
    (RV cavity), which EMIDEC does not have, is kept.

    Args:
        phantom: image, labels and affine to write.
        folder: data set's folder, made where there is none.
        case: name of the patient, such as ``Case_1``.

    Raises:
        OutputError: a file cannot be written.

    Example:
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> written = write_emidec(make_phantom(1, shape=(64, 64, 3)), "scans", "Case_1")
        >>> sorted(file.parent.name for file in written.rglob("*.nii.gz"))
        ['Contours', 'Images']
    """
    root = Path(folder) / case
    for part, array in (("Images", phantom.image), ("Contours", phantom.labels)):
        _write(root / part / f"{case}.nii.gz", array, phantom.affine)
    return root


def write_nnunet(phantom: Phantom, folder: str | os.PathLike[str], case: str) -> Path:
    """Write ``folder/imagesTr/case_0000.nii.gz`` and ``folder/labelsTr/case.nii.gz``; returns ``folder``.

    Args:
        phantom: image, labels and affine to write.
        folder: data set's folder, made where there is none.
        case: name of the patient, such as ``Case_1``.

    Raises:
        OutputError: a file cannot be written.

    Example:
        >>> from claim_aug.phantom import make_phantom, write_nnunet
        >>> written = write_nnunet(make_phantom(1, shape=(64, 64, 3)), "Dataset500_Phantoms", "Case_1")
        >>> sorted(file.name for file in written.rglob("*.nii.gz"))
        ['Case_1.nii.gz', 'Case_1_0000.nii.gz']
    """
    root = Path(folder)
    _write(root / "imagesTr" / f"{case}_0000.nii.gz", phantom.image, phantom.affine)
    _write(root / "labelsTr" / f"{case}.nii.gz", phantom.labels, phantom.affine)
    return root


def _write(path: Path, array: NDArray[np.generic], affine: NDArray[np.float64]) -> None:
    make: Any = nib.Nifti1Image  # nibabel's classes carry no types
    image = make(array, affine)
    image.set_qform(affine, code=1)
    image.set_sform(affine, code=1)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = DESCRIPTION
    packed = gzip.compress(image.to_bytes(), compresslevel=6, mtime=0)  # no time stamp: same bytes every day
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(packed)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(f"could not write {path}: {error}") from error
