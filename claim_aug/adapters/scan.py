"""One subject's images and label map as the synthesizer takes them, and the result as the framework had them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from claim_aug.adapters.arrays import affine_of, as_affine, like, to_array
from claim_aug.data.provenance import plain
from claim_aug.errors import InputError

Array = NDArray[Any]
#: Values of the extra mask.
INFARCT, MVO = 1, 2
#: What stands for the parameters of a subject that got no scar; text, so that every batch collates.
NO_PARAMETERS = "{}"


class SyntheticSample(Protocol):
    """What frameworks need of a sample: see ``ScarSample``."""

    @property
    def image(self) -> Array: ...
    @property
    def labels(self) -> Array: ...
    @property
    def infarct(self) -> Array: ...
    @property
    def mvo(self) -> Array: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def seed(self) -> int: ...


class ScarSource(Protocol):
    """Where scars come from: a ``ScarSynthesizer`` or a ``ScarPool``."""

    def sample(self, image: Any, labels: Any, *, affine: Any = None, seed: int) -> SyntheticSample:
        """One synthetic scan, a pure function of its arguments."""
        ...


@runtime_checkable
class CopiesBatch(Protocol):
    """A source of scars that torchio 2 may tell not to copy a batch, as it does at the head of a Compose.

    Attributes:
        copy: whether a batch is copied before it is changed.
    """

    copy: bool


@runtime_checkable
class HasGenerator(Protocol):
    """A source of scars that renders them.

    Attributes:
        backends: prior and generator, in this order.
    """

    @property
    def backends(self) -> tuple[Any, Any]: ...


@dataclass(frozen=True)
class Written:
    """A subject's images and labels, in the framework's own types, and what can be added beside them.

    Attributes:
        images: images with the scar, of the framework's own type, shape and dtype.
        labels: label map with the scar, of the framework's own type, shape and dtype.
        given_labels: label map as the framework gave it.
        sample: sample that image and labels were written from; ``None`` where there is no new scar.
    """

    images: list[Any]
    labels: Any
    given_labels: Any
    sample: SyntheticSample | None

    @property
    def mask(self) -> Any:
        """New scar on the grid of the labels, uint8: 0 none, 1 infarct, 2 MVO. Most pipelines never ask."""
        mask = np.zeros(np.shape(self.given_labels), np.uint8)
        if self.sample is not None:
            for part, value in ((self.sample.infarct, INFARCT), (self.sample.mvo, MVO)):
                mask[part.reshape(mask.shape)] = value
        return like(self.given_labels, mask, np.uint8)

    @property
    def parameters(self) -> str:
        """Seed and parameters as JSON; ``"{}"`` where there is no new scar."""
        if self.sample is None:
            return NO_PARAMETERS
        return json.dumps(plain({"seed": self.sample.seed} | dict(self.sample.parameters)))


@dataclass(frozen=True)
class Scan:
    """Images and labels, read.

    Attributes:
        given: images as the framework gave them.
        given_labels: label map as the framework gave it.
        parts: images as arrays, (C, *grid) each.
        labels: label map as an array, (*grid), with two or three axes.
        affine: 4x4 matrix from voxels to mm; ``None`` where it is not known.
    """

    given: list[Any]
    given_labels: Any
    parts: list[Array]
    labels: Array
    affine: NDArray[np.float64] | None

    @classmethod
    def from_arrays(cls, images: Sequence[Any], labels: Any, affine: Any = None) -> Scan:
        """Read arrays or tensors, with a channel in front or without.

        Args:
            images: images, (C, *grid) or (*grid) each; they share one scar, and the first is looked at for the anatomy.
            labels: label map, (1, *grid) or (*grid).
            affine: 4x4 matrix from voxels to mm; by default the one that the first image carries.

        Raises:
            InputError: something that is neither array nor tensor, several channels of labels, or grids that differ.
        """
        volume = to_array(labels, "the label map")
        channel = volume.ndim == 4 or (volume.ndim == 3 and volume.shape[0] == 1)
        if volume.ndim not in (2, 3, 4) or (channel and volume.shape[0] != 1):
            msg = f"the label map needs the shape (1, *grid) or (*grid) with two or three axes, got {volume.shape}"
            raise InputError(msg)
        volume = volume[0] if channel else volume
        read = [channels_first(to_array(image, "the image"), volume.shape) for image in images]
        known = affine_of(images[0]) if affine is None else as_affine(affine)
        return cls(list(images), labels, read, volume, known)

    @property
    def arguments(self) -> dict[str, Any]:
        """Keywords of ``ScarSynthesizer.sample``."""
        image = self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)
        return {"image": image, "labels": self.labels, "affine": self.affine}

    def written(self, sample: SyntheticSample | None) -> Written:
        """The sample in the framework's types; ``None`` gives the subject back as it was."""
        if sample is None:
            return Written(self.given, self.given_labels, self.given_labels, None)
        ends = np.cumsum([len(part) for part in self.parts])[:-1]
        channels = np.split(sample.image, ends)
        images = [like(*pair) for pair in zip(self.given, map(back, channels, self.given, self.parts), strict=True)]
        labels = like(self.given_labels, sample.labels.reshape(np.shape(self.given_labels)))
        return Written(images, labels, self.given_labels, sample)


def channels_first(image: Array, grid: tuple[int, ...]) -> Array:
    """(C, *grid) from that or from (*grid)."""
    if image.shape == grid:
        return image[None]
    if image.ndim == len(grid) + 1 and image.shape[1:] == grid:
        return image
    msg = f"the image needs the shape (C, *grid) or (*grid) of the label map's grid {grid}, got {image.shape}"
    raise InputError(msg)


def back(values: Array, given: Any, part: Array) -> Array:
    """Values in an image's own shape and dtype; images of several dtypes were promoted to one."""
    whole = np.rint(values) if part.dtype.kind in "iu" and values.dtype.kind == "f" else values
    return whole.reshape(np.shape(given)).astype(part.dtype, copy=False)
