"""A stack as it is displayed: base first, anterior up, septum left, pixels as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from claim_aug import LVAnatomy
from claim_aug.plots import DisplayLayout, find_display_layout, slice_title

#: Margin round the ventricle that is shown at first, as a share of its size; our default.
MARGIN = 0.35


@dataclass(frozen=True)
class Display:
    """The display of one scan. A display stack has the axes (slices, rows, columns).

    Attributes:
        anatomy: ventricle of the scan.
        layout: quarter turns and mirrors of its slices.
    """

    anatomy: LVAnatomy
    layout: DisplayLayout

    @classmethod
    def of_anatomy(cls, anatomy: LVAnatomy, *, rows_run_down: bool) -> Display:
        """The display in which anterior is up and the septum left, as near as quarter turns and mirrors come."""
        return cls(anatomy, find_display_layout(anatomy, rows_run_down=rows_run_down))

    @property
    def flips(self) -> tuple[bool, bool, bool]:
        """Whether slices, rows and columns run against the array."""
        return self.anatomy.orientation.base != "first", *self.layout.flips

    def stack(self, volume: NDArray[Any]) -> NDArray[Any]:
        """A volume of the scan's grid as it is displayed."""
        planes = np.moveaxis(volume.reshape(self.anatomy.grid_shape), self.anatomy.orientation.through_plane, 0)
        turned = planes.swapaxes(1, 2) if self.layout.transposed else planes
        return np.ascontiguousarray(self._flipped(turned))

    @cached_property
    def places(self) -> NDArray[np.uint32]:
        """Where each voxel of the grid is in the display stack, counted row by row; (I, J, K)."""
        count = int(np.prod(self.anatomy.grid_shape))
        shape = self.stack(np.empty(self.anatomy.grid_shape, bool)).shape
        return self.volume(np.arange(count, dtype=np.uint32).reshape(shape))

    def volume(self, stack: NDArray[Any]) -> NDArray[Any]:
        """A display stack in the scan's own grid, (I, J, K)."""
        turned = self._flipped(stack)
        planes = turned.swapaxes(1, 2) if self.layout.transposed else turned
        return np.ascontiguousarray(np.moveaxis(planes, 0, self.anatomy.orientation.through_plane))

    def _flipped(self, stack: NDArray[Any]) -> NDArray[Any]:
        return np.flip(stack, [axis for axis, flip in enumerate(self.flips) if flip])

    def pixel_mm(self) -> list[float]:
        """Size of a pixel down and across the display, mm."""
        down, right = (float(self.anatomy.spacing[axis]) for axis in self.anatomy.orientation.in_plane)
        return [right, down] if self.layout.transposed else [down, right]

    def titles(self) -> list[str]:
        """Words that say which slice each is, from base to apex."""
        across = self.anatomy.orientation.through_plane
        start, stop = self.anatomy.box[across].start, self.anatomy.box[across].stop
        words = [
            slice_title(self.anatomy, index - start) if start <= index < stop else "beyond the ventricle"
            for index in range(self.anatomy.grid_shape[across])
        ]
        return words[::-1] if self.flips[0] else words

    def heart(self) -> list[list[int]]:
        """First and last slice, row and column of what is shown at first."""
        inside = self.stack(self.anatomy.on_grid(self.anatomy.wall | self.anatomy.cavity))
        ends = []
        for axis, margin in ((0, 0.0), (1, MARGIN), (2, MARGIN)):
            there = np.flatnonzero(inside.any(tuple(other for other in range(3) if other != axis)))
            room = round(margin * (there[-1] - there[0] + 1))
            ends.append([max(int(there[0]) - room, 0), min(int(there[-1]) + room, inside.shape[axis] - 1)])
        return ends

    def outlines(self, mask: NDArray[np.bool_]) -> dict[str, list[list[float]]]:
        """Closed lines round a mask of the grid: for each slice that it touches, x and y of each line in turn."""
        if not mask.any():
            return {}
        stack = self.stack(mask)
        return {str(index): around(stack[index]) for index in np.flatnonzero(stack.any((1, 2)))}


def around(plane: NDArray[np.bool_]) -> list[list[float]]:
    """Closed lines round a mask of one slice that is not empty, x and y of each line in turn."""
    rows, columns = (np.flatnonzero(plane.any(axis)) for axis in (1, 0))
    part = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]  # lines are looked for where the mask is
    lines = contour_generator(z=np.pad(part.astype(float), 1)).lines(0.5)
    corner = np.array([columns[0] - 1, rows[0] - 1])
    return [np.round(line + corner, 2).ravel().tolist() for line in lines]
