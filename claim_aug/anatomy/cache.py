"""The ventricles that this process has read, so that a patient of a later epoch is not read again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy.labels import LabelScheme
from claim_aug.anatomy.lv import LVAnatomy
from claim_aug.anatomy.reports import report_orientation
from claim_aug.fingerprint import fingerprint

#: A ventricle takes 0.1 MB, so these are some two hundred patients: no reason for a worker to grow noticeably.
LIMIT_BYTES = 20_000_000
#: What an anchor rests on where the image was not looked at.
LABELS_ALONE = ("landmark", "rv_label")


@dataclass(frozen=True)
class Kept:
    """A ventricle in little room.

    Attributes:
        plain: ventricle without its arrays.
        masks: masks of the ventricle by name, packed to bits.
        coordinates: other arrays of the ventricle by name, (wall voxels,): they are 0 outside the wall.
        shape: number of voxels of the region along each axis, (3,).
        seen: digest of the image that the anchor rests on; ``None`` where it rests on the labels.
    """

    plain: LVAnatomy
    masks: dict[str, NDArray[np.uint8]]
    coordinates: dict[str, NDArray[Any]]
    shape: tuple[int, ...]
    seen: str | None

    @classmethod
    def from_anatomy(cls, anatomy: LVAnatomy, seen: str | None) -> Kept:
        """Pack a ventricle."""
        layers = {name: value for name, value in vars(anatomy).items() if isinstance(value, np.ndarray)}
        masks = {name: np.packbits(layer) for name, layer in layers.items() if layer.dtype == np.bool_}
        coordinates = {name: layer[anatomy.wall] for name, layer in layers.items() if name not in masks}
        nothing: dict[str, Any] = dict.fromkeys(layers)
        return cls(replace(anatomy, **nothing), masks, coordinates, anatomy.wall.shape, seen)

    @property
    def anatomy(self) -> LVAnatomy:
        """The ventricle as it was read, in arrays of its own."""
        count = int(np.prod(self.shape))
        layers: dict[str, Any] = {
            name: np.unpackbits(bits, count=count).view(np.bool_).reshape(self.shape)
            for name, bits in self.masks.items()
        }
        for name, values in self.coordinates.items():
            layer = np.zeros(self.shape, values.dtype)
            layer[layers["wall"]] = values
            layers[name] = layer
        return replace(self.plain, **layers)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(layer.nbytes for layer in (*self.masks.values(), *self.coordinates.values()))


class AnatomyCache:
    """``LVAnatomy.from_labels`` with a memory: the same result, in fresh arrays, and the same warning.

    A label map counts as the same where every voxel, its type, its place in memory and all that is known of it are the
    same. Where the anchor was looked for in the image, the image round the ventricle has to be the same, too.

    Args:
        limit: largest size in bytes of all ventricles together; beyond it, the one not asked for longest is forgotten.
    """

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self.limit = limit
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def read(
        self, labels: ArrayLike, scheme: LabelScheme, *, image: ArrayLike | None = None, **known: Any
    ) -> LVAnatomy:
        """The ventricle of a label map; parameters as in ``LVAnatomy.from_labels``."""
        array = np.asarray(labels)
        # As lists, whose text tells every number from others.
        facts = {name: None if value is None else np.asarray(value).tolist() for name, value in known.items()}
        key = labels_key(array, scheme, None if image is None else np.shape(image), facts)
        # Taken out and put back, so that the oldest is first. A thread that finds nothing meanwhile reads anew.
        kept = self.kept.pop(key, None)
        if kept is None or (kept.seen is not None and kept.seen != image_key(image, kept.plain)):
            anatomy = LVAnatomy.from_labels(array, scheme, image=image, **known)
            self.keep(
                key,
                Kept.from_anatomy(
                    anatomy, None if anatomy.anchor.source in LABELS_ALONE else image_key(image, anatomy)
                ),
            )
            return anatomy
        self.kept[key] = kept
        report_orientation(kept.plain.anchor, kept.plain.orientation, False, looked=image is not None)
        return kept.anatomy

    def keep(self, key: str, kept: Kept) -> None:
        """Remember, and forget the oldest where there is no room."""
        self.kept[key] = kept
        while sum(one.nbytes for one in list(self.kept.values())) > self.limit:
            self.kept.popitem(last=False)


def labels_key(labels: NDArray[Any], *about: Any) -> str:
    """What tells a label map, and what is known of it, from others."""
    # In the order of memory, so that nothing is copied; most of a scan is background, the rest is quickly hashed.
    flat = labels.ravel(order="K")
    where = np.flatnonzero(flat != 0)
    return fingerprint(repr((labels.dtype.str, labels.shape, labels.strides, about)), where, flat[where])


def image_key(image: ArrayLike | None, anatomy: LVAnatomy) -> str:
    """What tells the image round the ventricle from others."""
    if image is None:
        return ""
    return fingerprint(np.asarray(image).reshape(anatomy.grid_shape)[anatomy.box])


#: One for each process; a worker that is forked begins with what its parent knows.
ANATOMY_CACHE = AnatomyCache()
