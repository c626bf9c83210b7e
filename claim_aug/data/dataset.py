"""A folder of labelled scans as a list of cases, in the layouts people keep them in."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.case import check_same_grid, stem
from claim_aug.data.voxels import SUFFIXES, VoxelFile, read_voxels
from claim_aug.errors import InputError, UnanchoredWarning

SLICE = re.compile(r"(?P<case>.+?)_slice(?P<index>\d+)$")
#: Folders of label maps beside folders of images, label folder first.
PAIRED_FOLDERS = (("labels", "images"), ("labelsTr", "imagesTr"))
#: Cases that a warning names.
NAMED = 5


@dataclass(frozen=True)
class DatasetCase:
    """One patient's files: a stack, or slices in order; ``images`` is empty where there are labels alone."""

    name: str
    labels: tuple[Path, ...]
    images: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Stack:
    """Voxels of a case, (I, J, K), with what its files know of their geometry."""

    data: NDArray[Any]
    affine: NDArray[np.float64] | None
    spacing: tuple[float, ...] | None
    through_plane: int | None

    def unanchored(self, scheme: LabelScheme | str, **known: Any) -> LVAnatomy:
        """The ventricle, without the warning that its segments are rotated: where they do not matter, or one is given
        for the whole set.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnanchoredWarning)
            return self.ventricle(scheme, **known)

    def ventricle(self, scheme: LabelScheme | str, **known: Any) -> LVAnatomy:
        """The ventricle of a stack of labels; ``known`` as in ``LVAnatomy.from_labels``."""
        if known.get("through_plane") is None:
            known["through_plane"] = self.through_plane
        return LVAnatomy.from_labels(self.data, scheme, affine=self.affine, spacing=self.spacing, **known)


def find_cases(dataset: Path) -> list[DatasetCase]:
    """The cases of a folder, by name.

    Known layouts: EMIDEC's ``CASE/Contours`` and ``CASE/Images``; ``labels`` beside ``images``, also as nnU-Net names
    them; a folder of label maps alone. PNG slices ``CASE_slice003.png`` make one case.

    Raises:
        InputError: no such folder, no label map in any layout, or a label map without its image.
    """
    if not dataset.is_dir():
        msg = f"{dataset} is not a folder"
        raise InputError(msg)
    emidec = sorted(path for path in dataset.glob("*/Contours/*") if is_voxels(path))
    if emidec:
        return [
            DatasetCase(path.parents[1].name, (path,), image_of(path, path.parents[1] / "Images")) for path in emidec
        ]
    for labels, images in PAIRED_FOLDERS:
        if (dataset / labels).is_dir():
            return grouped(dataset / labels, dataset / images)
    cases = grouped(dataset, None)
    if not cases:
        msg = (
            f"{dataset} holds no label maps; expected CASE/Contours/CASE.nii.gz, labels/ beside images/, "
            f"or label maps ({', '.join(SUFFIXES)})"
        )
        raise InputError(msg)
    return cases


def grouped(labels: Path, images: Path | None) -> list[DatasetCase]:
    """Label maps of one folder, slices of a case together."""
    files: dict[str, list[tuple[int, Path]]] = defaultdict(list)
    for path in sorted(path for path in labels.iterdir() if is_voxels(path)):
        found = SLICE.match(stem(path))
        files[found["case"] if found else stem(path)].append((int(found["index"]) if found else 0, path))
    cases = []
    for name, numbered in sorted(files.items()):
        paths = tuple(path for _, path in sorted(numbered))
        beside = tuple(image for path in paths for image in image_of(path, images)) if images else ()
        cases.append(DatasetCase(name, paths, beside))
    return cases


def image_of(labels: Path, folder: Path) -> tuple[Path, ...]:
    """The image of a label map; none where there is no folder of images."""
    if not folder.is_dir():
        return ()
    suffix = next(suffix for suffix in SUFFIXES if labels.name.lower().endswith(suffix))
    for name in (labels.name, f"{stem(labels)}_0000{suffix}"):
        if (folder / name).is_file():
            return (folder / name,)
    msg = f"{labels} has no image of the same name in {folder}"
    raise InputError(msg)


def read_case(case: DatasetCase) -> tuple[Stack, NDArray[Any] | None]:
    """The labels of a case, and its image where it has one.

    Raises:
        InputError: a file cannot be read, or an image lies on another grid than its labels.
    """
    labels, images = ([read_voxels(path) for path in paths] for paths in (case.labels, case.images))
    if images:
        for image, own in zip(images, labels, strict=True):
            check_same_grid(image, own)
    return stacked(labels), stacked(images).data if images else None


def read_stack(paths: Sequence[Path]) -> Stack:
    """The label maps, or the images, of a case."""
    return stacked([read_voxels(path) for path in paths])


def stacked(files: Sequence[VoxelFile]) -> Stack:
    """A stack file as it is, or slices one upon the other; slices need to have one shape."""
    if len(files) == 1:
        data = files[0].data[..., None] if files[0].data.ndim == 2 else files[0].data
        return Stack(data, files[0].affine, files[0].spacing, 2 if files[0].data.ndim == 2 else None)
    for file in files[1:]:
        check_same_grid(files[0], file)
    return Stack(np.stack([file.data for file in files], axis=-1), None, None, 2)


def warn_unanchored(names: Sequence[str], count: int) -> None:
    """One warning for a set: which of its cases nothing anchors."""
    if names:
        listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        warnings.warn(
            f"unanchored in {len(names)} of {count} cases ({listed}): there is no RV label and no RV was found in an "
            "image, so their AHA segments are rotated by unknown angles",
            UnanchoredWarning,
            stacklevel=2,
        )


def is_voxels(path: Path) -> bool:
    """Whether a path is a file that can be read, judged by its name."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")
