"""A scan segmented: where scar is in a labelled ventricle, or ventricle and scar where nothing is labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.roi import Roi
from claim_aug.segmentation.locate import cut_planes, locate
from claim_aug.segmentation.predict import class_shares, most_likely
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.specks import without_specks
from claim_aug.segmentation.windows import BACKGROUND, CAVITY, INFARCT, MVO, MYOCARDIUM, SIDE

Image = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Segmentation:
    """What was found in a scan.

    Attributes:
        classes: class of every voxel, a number of ``windows.CLASSES``, (I, J, K) uint8.
        confidence: share that the network gives to scar, (I, J, K) float32, 0-1; within a labelled wall, the share of
            scar in what can be wall.
        located: whether the ventricle was found by the network, or else labelled.
    """

    classes: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    located: bool


def segment_wall(segmenter: Segmenter, image: Image, anatomy: LVAnatomy) -> Segmentation:
    """Find scar within a labelled wall; scar that the labels have is not looked at.

    Args:
        segmenter: segmenter of this package.
        image: intensities of the whole scan, (I, J, K), any units.
        anatomy: ventricle as it is labelled.
    """
    axis = anatomy.orientation.through_plane
    shares = np.moveaxis(segmenter.shares(image[anatomy.box], anatomy), 0, axis + 1)
    scar = shares[INFARCT] + shares[MVO]
    confidence = np.where(anatomy.wall, scar / np.maximum(scar + shares[MYOCARDIUM], 1e-6), 0).astype(np.float32)
    found = without_specks(scar_in_wall(shares, anatomy.wall, segmenter.wall_caution), segmenter.smallest)
    classes = np.select([anatomy.wall, anatomy.cavity], [found, CAVITY], BACKGROUND).astype(np.uint8)
    return Segmentation(anatomy.on_grid(classes), anatomy.on_grid(confidence), located=False)


def scar_in_wall(shares: NDArray[np.float32], wall: NDArray[np.bool_], caution: float) -> NDArray[np.intp]:
    """The likeliest class of every voxel among those that a wall can have, classes along the first axis."""
    factors = np.array([1, caution, caution]).reshape(-1, *[1] * wall.ndim)
    return np.where(wall, MYOCARDIUM + np.argmax(factors * shares[MYOCARDIUM:], 0), BACKGROUND)


def segment_scan(
    segmenter: Segmenter, image: Image, spacing: tuple[float, ...] | None, *, through_plane: int = 2
) -> Segmentation:
    """Find the ventricle and its scar where nothing is labelled.

    Args:
        segmenter: segmenter of this package.
        image: intensities, (I, J, K), any units.
        spacing: size of a voxel in mm per axis; ``None`` where it is not known.
        through_plane: axis across slices, 0-2.

    Raises:
        AnatomyError: a scan in which no ventricle is found.
    """
    planes = np.moveaxis(np.asarray(image, np.float64), through_plane, 0)
    sizes = None if spacing is None else [size for axis, size in enumerate(spacing) if axis != through_plane]
    located = locate(segmenter.network, planes, None if sizes is None else (sizes[0], sizes[1]))
    shares = class_shares(segmenter.network, cut_planes(planes, located.windows))
    classes = np.zeros(planes.shape, np.uint8)
    confidence = np.zeros(planes.shape, np.float32)
    for index in np.flatnonzero(located.shown):
        part = within_window(located.windows[index], planes.shape[1:])
        places = located.windows[index].pixels(np.mgrid[part].astype(np.float64))
        inside = ((places >= -0.5) & (places <= SIDE - 0.5)).all(0)
        layers = np.stack([ndimage.map_coordinates(layer, places, order=1, mode="nearest") for layer in shares[index]])
        found = np.where(inside, most_likely(layers[None], segmenter.caution)[0], BACKGROUND)
        ventricle = largest_piece(found > BACKGROUND)
        classes[index][part] = np.where(ventricle, found, BACKGROUND)
        confidence[index][part] = np.where(inside, layers[INFARCT] + layers[MVO], 0)
    classes = without_specks(classes, segmenter.smallest)
    return Segmentation(np.moveaxis(classes, 0, through_plane), np.moveaxis(confidence, 0, through_plane), located=True)


def within_window(window: Roi, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """The rows and columns of a slice that a window can reach."""
    reach = np.abs(window.axes).sum(1) * window.size / 2 + 1
    low, high = window.centre - reach, window.centre + reach
    starts = [max(0, int(place)) for place in low]
    return tuple(
        slice(start, max(start, min(size, int(place) + 1)))
        for start, place, size in zip(starts, high, shape, strict=True)
    )


def largest_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected piece of a mask."""
    pieces, count = ndimage.label(mask)
    if not count:
        return mask
    sizes = ndimage.sum_labels(mask, pieces, range(1, count + 1))
    return np.asarray(pieces == 1 + int(np.argmax(sizes)))


def to_labels(found: NDArray[np.uint8], scheme: LabelScheme) -> NDArray[np.integer[Any]]:
    """Classes as values of a scheme; MVO is written as infarct where the scheme has no MVO."""
    values = [scheme.background, scheme.cavity, scheme.myocardium, scheme.infarct, scheme.mvo or scheme.infarct]
    numbers = np.array([value[0] for value in values])
    return numbers.astype(np.min_scalar_type(int(numbers.max())))[found]
