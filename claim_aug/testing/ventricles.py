"""Scans that backends are checked on: phantoms as they come from scanners, and some that nobody would choose."""

from __future__ import annotations

import copy
import functools
import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import ClaimAugWarning
from claim_aug.phantom import make_phantom

SHAPE, SPACING = (80, 80, 5), (1.6, 1.6, 12.0)


@dataclass(frozen=True)
class Scan:
    """A phantom as a backend sees it.

    Attributes:
        name: what is special about it.
        image: intensities of the ventricle's region, (I, J, K).
        anatomy: ventricle of the scan.
    """

    name: str
    image: NDArray[np.float64]
    anatomy: LVAnatomy


def scans() -> tuple[Scan, ...]:
    """The scans, in arrays of their own: a backend that writes into them fails one check, not all that follow."""
    return copy.deepcopy(made())


@functools.lru_cache(maxsize=1)
def made() -> tuple[Scan, ...]:
    """A healthy ventricle, one with scar, a single slice, other axes, other intensities, and one without an anchor."""
    healthy, scarred = (make_phantom(3, scar=scar, mvo=scar, shape=SHAPE, spacing=SPACING) for scar in (False, True))
    image, labels, affine = healthy.image, healthy.labels, healthy.affine
    order = (2, 0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClaimAugWarning)  # a scan without an anchor is part of the check
        return (
            read("a healthy ventricle", image, labels, affine=affine),
            read("a ventricle with scar", scarred.image, scarred.labels, affine=affine),
            read("a single slice", image[..., 2:3], labels[..., 2:3], spacing=SPACING, anterior_insertion=120.0),
            read(
                "slices along the first axis",
                image.transpose(order),
                labels.transpose(order),
                affine=affine[:, [*order, 3]],
            ),
            read("intensities of 0 to 1", image / image.max(), labels, affine=affine),
            read("a ventricle without an anchor", image, np.where(labels == 5, 0, labels), spacing=SPACING),
        )


def read(name: str, image: NDArray[np.floating], labels: NDArray[np.integer], **known: object) -> Scan:
    """The scan of an image and its labels."""
    anatomy = LVAnatomy.from_labels(labels, "phantom", **known)  # type: ignore[arg-type]
    return Scan(name, image[anatomy.box].astype(np.float64), anatomy)


def full_scan() -> Scan:
    """A ventricle whose wall is scar already."""
    first = scans()[0]
    anatomy = replace(first.anatomy, infarct=first.anatomy.wall.copy())
    return Scan("a wall without healthy myocardium", first.image, anatomy)
