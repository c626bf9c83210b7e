"""A mask drawn on another grid, brought onto the scan's."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.data.voxels import VoxelFile, read_voxels
from claim_aug.errors import InputError, MaskWarning


def read_mask_onto(path: Path, scan: VoxelFile) -> NDArray[Any]:
    """The values of a mask file on the grid of the scan, by nearest neighbour where the grids differ.

    Args:
        path: mask or label map to read.
        scan: file whose grid the values are brought onto, such as ``case.label_file``.

    Returns:
        Values in the shape of the scan's file, (I, J) or (I, J, K).

    Raises:
        InputError: a mask that cannot be read, or one on another grid where one of the two has no affine to say where.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.data import Case
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> folder = write_emidec(make_phantom(7, shape=(80, 80, 4)), Path(), "Case_000")
        >>> image, labels = folder / "Images/Case_000.nii.gz", folder / "Contours/Case_000.nii.gz"
        >>> read_mask_onto(labels, Case.from_files(image, labels).label_file).shape
        (80, 80, 4)
    """
    mask = read_voxels(path, labels=True)
    if mask.affine is None or scan.affine is None:
        if mask.data.shape == scan.data.shape:
            return mask.data
        msg = (
            f"{path.name} has the shape {mask.data.shape}, the scan {scan.data.shape}, and no affine says how they lie"
        )
        raise InputError(msg)
    if mask.data.shape == scan.data.shape and np.allclose(mask.affine, scan.affine, atol=1e-2):
        return mask.data
    warnings.warn(
        f"{path.name} lies on another grid, {mask.data.shape} not {scan.data.shape}; resampled by nearest neighbour",
        MaskWarning,
        stacklevel=3,
    )
    onto = np.linalg.inv(mask.affine) @ scan.affine
    shape = scan.data.shape
    resampled = ndimage.affine_transform(
        np.atleast_3d(mask.data), onto[:3, :3], onto[:3, 3], (*shape, 1)[:3], order=0, mode="constant", cval=0
    )
    return np.asarray(resampled.reshape(shape))
