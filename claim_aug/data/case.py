"""A case: one patient's labelled scan, whose voxels are read when they are asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.channels import CHANNEL, channel_names, lge_channel
from claim_aug.data.nifti import listed
from claim_aug.data.series import Geometry, check_same_slices, in_order
from claim_aug.data.voxels import SUFFIXES, VoxelFile, read_voxels
from claim_aug.errors import ClaimAugWarning, InputError, UnanchoredWarning, WindingWarning


@dataclass(frozen=True)
class Case:
    """The files of one patient, and what they hold.

    Attributes:
        name: name of the case, from which seeds and the names of results follow.
        label_paths: label map of the stack, or label maps of its slices in order.
        image_paths: image of the stack, or images of its slices in order; empty where there are labels alone.

    Raises:
        InputError: a name that is not UTF-8.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> folder = write_emidec(make_phantom(7, shape=(80, 80, 4)), Path(), "Case_000")
        >>> case = Case.from_files(folder / "Images/Case_000.nii.gz", folder / "Contours/Case_000.nii.gz")
        >>> case.name, case.image.shape, case.ventricle("phantom").grid_shape
        ('Case_000', (80, 80, 4), (80, 80, 4))
    """

    name: str
    label_paths: tuple[Path, ...]
    image_paths: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        try:
            self.name.encode("utf-8")
        except UnicodeEncodeError as error:
            msg = (
                f"{self.name!r} is the name of a file that is not UTF-8 and could not be written down; rename the file"
            )
            raise InputError(msg) from error

    @classmethod
    def from_files(cls, image: Path, labels: Path, name: str | None = None) -> Case:
        """The case of one image and one label map, read and checked now.

        Args:
            image: image of the scan.
            labels: label map of the scan.
            name: name of the case; the image's without suffix by default.

        Raises:
            InputError: a file that cannot be read, grids that differ, an image that is not finite or is constant, or a
                name that cannot be a file's.
        """
        case = cls(stem(image) if name is None else check_name(name), (labels,), (image,))
        check_lge(image)
        check_same_grid(case.image_file, case.label_file)
        check_contrast(image, case.image_file.data)
        return case

    @classmethod
    def from_image(cls, image: Path) -> Case:
        """The case of one image without labels, read and checked now.

        Raises:
            InputError: a file that cannot be read, or an image that is not finite or is constant.
        """
        case = cls(stem(image), (), (image,))
        check_contrast(image, case.image_file.data)
        return case

    @cached_property
    def label_files(self) -> tuple[VoxelFile, ...]:
        """The label maps as files, slices on one grid."""
        return read_slices(self.label_paths, labels=True)

    @cached_property
    def image_files(self) -> tuple[VoxelFile, ...]:
        """The images as files, slices on one grid."""
        return read_slices(self.image_paths)

    @property
    def label_file(self) -> VoxelFile:
        """The label map of a case that is one file."""
        return self.label_files[0]

    @property
    def image_file(self) -> VoxelFile:
        """The image of a case that is one file."""
        return self.image_files[0]

    @cached_property
    def labels(self) -> NDArray[Any]:
        """Label values, (I, J, K)."""
        return stacked(self.label_files)

    @cached_property
    def image(self) -> NDArray[Any] | None:
        """Intensities, (I, J, K); ``None`` where there are labels alone.

        Raises:
            InputError: an image on another grid than its labels.
        """
        if self.image_paths and self.label_paths:
            for image, labels in zip(self.image_files, self.label_files, strict=True):
                check_same_grid(image, labels)
        return stacked(self.image_files) if self.image_files else None

    def region(self, anatomy: LVAnatomy) -> NDArray[np.float64]:
        """The image around the ventricle, (I, J, K) of the anatomy's region."""
        assert self.image is not None
        return self.image[anatomy.box].astype(np.float64)

    def ventricle(
        self, scheme: LabelScheme | str, *, look_in_image: bool = True, warn: bool = True, **known: Any
    ) -> LVAnatomy:
        """The left ventricle of the case.

        Args:
            scheme: label scheme of the label maps.
            look_in_image: whether the RV is looked for in the image, where there is one and no RV is labelled.
            warn: whether a ventricle that cannot be anchored is warned of.
            **known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.

        Raises:
            InputError: files that cannot be read or do not fit.
            LabelError: values outside the scheme, or a scheme without a value for infarct.
            AnatomyError: labels from which no ventricle can be read.
        """
        scheme = LabelScheme.parse(scheme).require("infarct")
        one = len(self.label_files) == 1
        image = self.image if look_in_image and self.image_paths else None
        labels = self.labels
        if not one and known.get("through_plane") is None:
            known["through_plane"] = 2
        place = Geometry.from_files(self.label_files)
        if self.label_file.data.ndim == 2 and one:
            labels, image = labels[..., 0], None if image is None else image[..., 0]
        with naming_warnings(self.name) if warn else no_anchor_warning():
            return LVAnatomy.from_labels(
                labels, scheme, affine=place.affine, spacing=place.spacing, image=image, **known
            )


def check_lge(image: Path) -> None:
    """Refuse an image of nnU-Net's layout whose ``dataset.json`` calls another channel LGE.

    Raises:
        InputError: an image of another channel; that of the LGE channel is named.
    """
    found = CHANNEL.fullmatch(stem(image))
    names = channel_names(image.parent.parent) if found else {}
    if found and len(names) > 1:
        number, lge = int(found["number"]), lge_channel(names, None, str(image.parent.parent))
        if number != lge:
            right = image.with_name(image.name.replace(f"_{number:04d}.", f"_{lge:04d}."))
            msg = f"{image} is {names.get(str(number), 'not named')}, by its dataset.json; the LGE image is {right}"
            raise InputError(msg)


def check_name(name: str) -> str:
    """A name that can begin the name of a file.

    Raises:
        InputError: a name that is empty, hidden, too long, or would be a path.
    """
    if not name or name.startswith(".") or len(name.encode("utf-8", "replace")) > 200 or set(name) & set("/\\\0"):
        msg = f"a case needs a name that can begin a file's, without / and not beginning with a dot, got {name!r}"
        raise InputError(msg)
    return name


def check_contrast(path: Path, values: NDArray[Any]) -> None:
    """Refuse an image that holds values that are no numbers, or one value alone.

    Raises:
        InputError: values that are not finite, or a constant image.
    """
    bad = int(values.size - np.isfinite(values).sum())
    if bad:
        msg = f"{path} holds {bad} voxels that are NaN or infinite; replace them first"
        raise InputError(msg)
    if values.min() == values.max():
        msg = f"{path} is constant ({values.flat[0]}): there is no contrast to match; is it the right file?"
        raise InputError(msg)


def read_slices(paths: tuple[Path, ...], *, labels: bool = False) -> tuple[VoxelFile, ...]:
    """The files of a stack; slices need to be parallel, and come in the order in which they lie."""
    files = tuple(read_voxels(path, labels=labels) for path in paths)
    for file in files[1:]:
        check_same_slices(files[0], file)
    return in_order(files)


def stacked(files: tuple[VoxelFile, ...]) -> NDArray[Any]:
    """A stack as it is, or slices one upon the other, (I, J, K)."""
    if len(files) > 1:
        return np.stack([file.data.reshape(file.data.shape[:2]) for file in files], axis=-1)
    return files[0].data[..., None] if files[0].data.ndim == 2 else files[0].data


def unstacked(volume: NDArray[Any], files: tuple[VoxelFile, ...]) -> Iterator[tuple[VoxelFile, NDArray[Any]]]:
    """Each file with its part of a stack, in the shape that the file has.

    Args:
        volume: values of the whole stack, (I, J, K), or of a case that is one file, in its own shape.
        files: files of the stack, in the order of its slices.
    """
    for index, file in enumerate(files):
        yield file, (volume[..., index] if len(files) > 1 else volume).reshape(file.data.shape)


@contextmanager
def no_anchor_warning() -> Iterator[None]:
    """No warning of segments that are not known: they do not matter, or one warning is given for the whole set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnanchoredWarning)
        warnings.simplefilter("ignore", WindingWarning)
        yield


@contextmanager
def naming_warnings(case: str) -> Iterator[None]:
    """Warnings of this package begin with a case's name."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for one in caught:
        ours = isinstance(one.message, ClaimAugWarning)
        text = f"{case}: {one.message}" if ours and not str(one.message).startswith(case) else str(one.message)
        warnings.warn(text, one.category, stacklevel=4)


@contextmanager
def naming(case: str) -> Iterator[None]:
    """Errors of a case's input begin with its name."""
    try:
        yield
    except InputError as error:
        msg = f"{case}: {error}"
        raise type(error)(msg) from error


def check_same_grid(image: VoxelFile, other: VoxelFile) -> None:
    """Refuse two files whose shape, spacing or affine differ.

    Raises:
        InputError: grids that differ; both files and both values are named.
    """
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
