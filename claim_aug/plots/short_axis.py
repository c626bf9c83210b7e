"""Slices in the display convention: anterior up, septum left, the ventricle filling the frame."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane

Plane = NDArray[np.float64]
#: Side of a frame as a multiple of the epicardium's, and in pixels; our default.
ROOM, SIZE = 1.7, 192
#: Where the anterior RV insertion lies in the display, degrees counter-clockwise from the right: the border of AHA
#: segments 1 and 2, as in the bull's-eye.
INSERTION_DEG = 120.0
THIRDS = ("basal", "mid", "apical")


@dataclass(frozen=True)
class DisplayLayout:
    """How the rows and columns of a slice are laid out in the display.

    Attributes:
        transposed: whether the slice's first axis runs across the display and not down it.
        flips: whether the display's rows, and its columns, run against the array.
        assumed: what of it is only assumed, such as ``"left and right assumed"``; empty where all is known.

    Example:
        >>> DisplayLayout(transposed=True, flips=(True, False)).angle(90.0)
        90.0
    """

    transposed: bool
    flips: tuple[bool, bool]
    assumed: str = ""

    def axes(self) -> NDArray[np.float64]:
        """Steps along the slice's two axes for a step down and a step to the right, (2, 2); columns are the steps."""
        steps = np.diag([-1.0 if flip else 1.0 for flip in self.flips])
        return steps[::-1] if self.transposed else steps

    def angle(self, degrees: float) -> float:
        """Degrees counter-clockwise from the right in the display of a direction in the array, as ``Anchor`` has it."""
        along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        down, right = self.axes().T @ along
        return float(np.degrees(np.arctan2(-down, right)) % 360)


def find_display_layout(anatomy: LVAnatomy, *, rows_run_down: bool = False) -> DisplayLayout:
    """The layout by quarter turns and mirrors that comes nearest to anterior up and septum left.

    Nothing is turned by less than a quarter, so that no pixel needs to be drawn between others.

    Args:
        anatomy: ventricle whose anchor and winding say where anterior and septum are.
        rows_run_down: whether an array of which nothing is known is a picture, whose rows run down the display.

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, shape=(80, 80, 4))
        >>> layout = find_display_layout(LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine))
        >>> layout.assumed
        ''
    """
    winding = anatomy.orientation.winding
    start = anatomy.anchor.first_segment_deg(winding)
    if start is None:
        return DisplayLayout(not rows_run_down, (False, False), "orientation assumed")

    def fit(layout: DisplayLayout) -> float:
        places = ((start, INSERTION_DEG), (start + 90 * winding, INSERTION_DEG + 90))
        return sum(float(np.cos(np.radians(layout.angle(here) - there))) for here, there in places)

    assumed = "" if anatomy.orientation.winding_known else "left and right assumed"
    layouts = (
        DisplayLayout(transposed, (rows, columns), assumed)
        for transposed, rows, columns in itertools.product((False, True), repeat=3)
    )
    return max(layouts, key=fit)


@dataclass(frozen=True)
class Frame:
    """A slice of a ventricle as it is displayed.

    Attributes:
        index: number of the slice in the anatomy's region, from 0.
        title: words that say which slice it is, such as ``"slice 3 of 7, mid"``, counted from the base.
        places: row and column in the slice of every pixel of the frame, (2, size, size).
        insertion: place of the anterior RV insertion in the frame, x and y in pixels; ``None`` where it is not known.
        assumed: what of the orientation is only assumed; empty where all is known.
    """

    index: int
    title: str
    places: NDArray[np.float64]
    insertion: tuple[float, float] | None
    assumed: str

    def cut(self, volume: NDArray[Any], anatomy: LVAnatomy) -> Plane:
        """The frame of an image of the whole scan or of the region, (size, size), by cubic splines; black beyond it."""
        index, places = self.index, self.places
        if volume.shape == anatomy.grid_shape:
            starts = [part.start for part in anatomy.box]
            index += starts[anatomy.orientation.through_plane]
            places = places + np.array([starts[axis] for axis in anatomy.orientation.in_plane])[:, None, None]
        plane = in_plane(volume, anatomy)[index].astype(np.float64)
        return np.asarray(ndimage.map_coordinates(plane, places, order=3, mode="constant", cval=float(plane.min())))

    def cut_mask(self, mask: Mask, anatomy: LVAnatomy) -> Plane:
        """Share of each pixel that a mask of the region fills, (size, size), 0-1; its outline is at 0.5."""
        plane = in_plane(mask, anatomy)[self.index].astype(np.float64)
        return np.asarray(ndimage.map_coordinates(plane, self.places, order=1, mode="nearest"))

    def outlines(self, mask: Mask, anatomy: LVAnatomy) -> list[NDArray[np.float64]]:
        """The outlines of a mask of the region as closed lines of x and y in pixels, (points, 2) each."""
        from contourpy import contour_generator

        share = np.pad(self.cut_mask(mask, anatomy), 1)
        return [np.asarray(line) - 1 for line in contour_generator(z=share).lines(0.5)]


def frames(anatomy: LVAnatomy, indices: list[int], *, size: int = SIZE, rows_run_down: bool = False) -> list[Frame]:
    """Frames of some slices of the region, all of one scale and around the ventricle of each slice.

    Args:
        anatomy: ventricle that fills the frames.
        indices: numbers of slices of the region.
        size: pixels along a side.
        rows_run_down: whether an array of which nothing is known is a picture, whose rows run down the display.
    """
    heart = in_plane(anatomy.wall | anatomy.cavity, anatomy)
    shown = np.flatnonzero(heart.any((1, 2)))
    voxel = np.array([anatomy.spacing[axis] for axis in anatomy.orientation.in_plane])
    sides = np.array([(np.ptp(np.argwhere(heart[index]), axis=0) + 1) * voxel for index in shown])
    pixel = ROOM * float(sides.max()) / size  # mm
    layout = find_display_layout(anatomy, rows_run_down=rows_run_down)
    steps = np.stack(np.meshgrid(*[np.arange(size) - (size - 1) / 2] * 2, indexing="ij"))
    axes = layout.axes() * pixel / voxel[:, None]
    found = []
    for index in indices:
        nearest = int(shown[np.abs(shown - index).argmin()])
        corners = np.argwhere(heart[nearest])
        centre = (corners.min(0) + corners.max(0)) / 2
        places = np.tensordot(axes, steps, 1) + centre[:, None, None]
        found.append(
            Frame(
                index,
                slice_title(anatomy, index),
                places,
                insertion(anatomy, layout, nearest, pixel, size),
                layout.assumed,
            )
        )
    return found


def slice_title(anatomy: LVAnatomy, index: int) -> str:
    """Which slice it is, counted from the base, and its third of the long axis.

    Args:
        anatomy: ventricle of the slice.
        index: number of the slice in the anatomy's region, from 0.

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, shape=(80, 80, 4))
        >>> slice_title(LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine), 0)
        'slice 4 of 4, apical'
    """
    shown = np.flatnonzero(in_plane(anatomy.wall, anatomy).any((1, 2)))
    order = shown if anatomy.orientation.base == "first" else shown[::-1]
    number = int(np.flatnonzero(order == index)[0]) + 1 if index in order else 0
    words = f"slice {number} of {len(order)}"
    if not anatomy.apicobasal_known or not number:
        return words
    plane = in_plane(anatomy.wall, anatomy)[index]
    place = float(np.median(in_plane(anatomy.apicobasal, anatomy)[index][plane]))
    return f"{words}, {THIRDS[min(int(3 * place), 2)]}"


def display_limits(before: NDArray[Any] | None, after: NDArray[Any], anatomy: LVAnatomy) -> tuple[float, float]:
    """Intensities that are shown black and white: nearly all that the ventricle has, before and after.

    Args:
        before: intensities of the anatomy's region, (I, J, K), before there was scar; ``None`` to leave them away.
        after: intensities of the region with scar, (I, J, K).
        anatomy: ventricle that shall be seen well.

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, shape=(80, 80, 4))
        >>> anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine)
        >>> low, high = display_limits(None, scan.image[anatomy.box], anatomy)
        >>> low < high
        True
    """
    heart = anatomy.wall | anatomy.cavity
    values = after[heart] if before is None else np.concatenate([before[heart], after[heart]])
    low, high = np.percentile(values, [0.5, 99.5])
    return float(low), float(high)


def insertion(
    anatomy: LVAnatomy, layout: DisplayLayout, index: int, pixel: float, size: int
) -> tuple[float, float] | None:
    """Where the anterior RV insertion meets the epicardium in a frame, x and y in pixels."""
    if anatomy.anchor.angle_deg is None:
        return None
    voxel = np.array([anatomy.spacing[axis] for axis in anatomy.orientation.in_plane])
    plane, cavity = (in_plane(mask, anatomy)[index] for mask in (anatomy.wall, anatomy.cavity))
    inside = cavity if cavity.any() else plane
    centre = np.argwhere(inside).mean(0)
    corners = np.argwhere(plane | cavity)
    away = (centre - (corners.min(0) + corners.max(0)) / 2) * voxel  # of the cavity's centre from the frame's
    radians = np.radians(anatomy.anchor.angle_deg)
    direction = np.array([np.cos(radians), np.sin(radians)])
    steps = np.arange(0, 100, 0.5)[:, None] * direction / voxel + centre  # every half millimetre
    rows, columns = np.clip(np.rint(steps).astype(int), 0, np.array(plane.shape) - 1).T
    on_wall = np.flatnonzero(plane[rows, columns])
    reached = 0.5 * (on_wall[-1] if on_wall.size else 60)
    down, right = layout.axes().T @ (away + reached * direction) / pixel
    return float((size - 1) / 2 + right), float((size - 1) / 2 + down)


def chosen_slices(anatomy: LVAnatomy, scar: Mask, count: int = 3) -> list[int]:
    """The slices of the region to show, from base to apex: those with the most scar, spread over the scar.

    Args:
        anatomy: ventricle of the slices.
        scar: mask of the scar in the region, (I, J, K).
        count: number of slices; fewer where the stack has fewer.
    """
    sizes = in_plane(scar, anatomy).sum((1, 2))
    shown = np.flatnonzero(in_plane(anatomy.wall, anatomy).any((1, 2)))
    scarred = np.flatnonzero(sizes)
    parts = [part for part in np.array_split(scarred, count) if part.size]
    chosen = {int(part[sizes[part].argmax()]) for part in parts}
    middle = int(np.median(scarred)) if scarred.size else int(np.median(shown))
    others = sorted((int(index) for index in shown), key=lambda index: abs(index - middle))
    chosen |= set([index for index in others if index not in chosen][: max(count - len(chosen), 0)])
    return sorted(chosen, reverse=anatomy.orientation.base != "first")
