"""A case: an image and its label map on one grid."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.voxels import SUFFIXES, VoxelFile, listed, read_voxels
from claim_aug.errors import InputError


@dataclass(frozen=True)
class Case:
    """An image with its labels, checked to lie on one grid and to be finite.

    Attributes:
        name: the image's file name without suffix.
    """

    name: str
    image: VoxelFile
    labels: VoxelFile

    @classmethod
    def read(cls, image: Path, labels: Path) -> Case:
        """Read and check both files.

        Raises:
            InputError: either cannot be read, their grids differ, or the image is not finite or constant.
        """
        case = cls(stem(image), read_voxels(image), read_voxels(labels))
        check_same_grid(case.image, case.labels)
        values = case.image.data
        bad = int(values.size - np.isfinite(values).sum())
        if bad:
            msg = f"{image} holds {bad} voxels that are NaN or infinite; replace them first"
            raise InputError(msg)
        if values.min() == values.max():
            msg = f"{image} is constant ({values.flat[0]}): there is no contrast to match; is it the right file?"
            raise InputError(msg)
        return case

    def ventricle(self, scheme: LabelScheme | str, **known: Any) -> LVAnatomy:
        """The ventricle of the labels, anchored on the image where they do not say where the RV is.

        Args:
            known: orientation, as keywords of ``LVAnatomy.from_labels``.
        """
        return LVAnatomy.from_labels(
            self.labels.data,
            scheme,
            affine=self.labels.affine,
            spacing=self.labels.spacing,
            image=self.image.data,
            **known,
        )


def check_same_grid(image: VoxelFile, other: VoxelFile) -> None:
    """Refuse two files whose shape, spacing or affine differ; both are named."""
    names = [file.path.name for file in (image, other)]
    if names[0] == names[1]:  # EMIDEC's image and labels differ by their folder only
        names = [f"{file.path.parent.name}/{file.path.name}" for file in (image, other)]
    pair, advice = f"{' and '.join(names)} lie on different grids: ", "; resample one of them onto the other"
    if image.data.shape != other.data.shape:
        msg = pair + f"shape {image.data.shape} and {other.data.shape}" + advice
        raise InputError(msg)
    if image.spacing is not None and other.spacing is not None:
        if not np.allclose(image.spacing, other.spacing, rtol=1e-3):
            msg = pair + f"spacing {listed(image.spacing)} mm and {listed(other.spacing)} mm" + advice
            raise InputError(msg)
        if not np.allclose(image.affine, other.affine, atol=1e-2):  # type: ignore[arg-type]
            affines = [np.round(file.affine, 3).tolist() for file in (image, other)]  # type: ignore[arg-type]
            msg = pair + f"affine {affines[0]} and {affines[1]}" + advice
            raise InputError(msg)


def stem(path: Path) -> str:
    """File name without ``.nii.gz``, ``.nii`` or ``.png``."""
    name = path.name
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
