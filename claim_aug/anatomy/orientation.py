"""Which way a stack lies in its array: the through-plane axis, the basal end, the sense in which segments run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.box import bounds
from claim_aug.anatomy.labels import Mask, Tissues

End = Literal["first", "last"]

#: Usual direction from base to apex in RAS: left, forward, down.
APEX_RAS = np.array([-0.62, 0.62, -0.48])
#: Relative difference of area between the ends of a stack that tells the base, and one that leaves no doubt.
WIDER, CLEARLY_WIDER = 0.1, 0.3
#: In-plane spacing of LGE is below 2 mm and slices are 8-13 mm apart, so a ratio above this settles the axis.
CLEARLY_THICK = 2.0


@dataclass(frozen=True)
class Orientation:
    """How a short-axis stack lies in a 3-D array.

    Attributes:
        through_plane: array axis across slices, 0-2.
        base: basal end of the through-plane axis, ``"first"`` or ``"last"``.
        base_found: whether the basal end was given or found in the data; if not, ``base`` is assumed to be ``"last"``.
        winding: sense in which AHA segments run, anterior -> septum -> inferior: +1 with growing angle (from the first
            in-plane axis towards the second), -1 against it.
        winding_source: source of the winding: ``"given"``, ``"affine"`` (the handedness of a trustworthy one),
            ``"handedness"`` (that of an affine which knows no more of the patient, or of a stack whose basal end is not
            known), or ``"assumed"`` where there is no affine.
    """

    through_plane: int
    base: End
    base_found: bool
    winding: int
    winding_source: str

    @property
    def winding_known(self) -> bool:
        """Whether anything tells the winding; if not, a mirrored array would look the same."""
        return self.winding_source != "assumed"

    @property
    def in_plane(self) -> tuple[int, int]:
        """The two array axes of a slice, in array order."""
        first, second = (axis for axis in range(3) if axis != self.through_plane)
        return first, second


def find_orientation(
    tissues: Tissues,
    spacing: Sequence[float],
    *,
    affine: NDArray[np.float64] | None = None,
    through_plane: int | None = None,
    base: End | None = None,
    winding: int | None = None,
    picture: bool = False,
) -> Orientation:
    """Read the orientation off the data; whatever is given is taken as it is.

    A ring has no handedness of its own. Seen from the apex, segments run counter-clockwise (AHA), which is a right-hand
    turn about the vector from base to apex, so the sense follows from the basal end and from whether the array is a
    right- or a left-handed view of the patient: the sign of the affine's determinant, +1 assumed without one. A
    ``picture`` (a 2-D array: rows down, columns right) is taken as displayed by convention, septum on the left.
    """
    axis = find_through_plane(tissues, spacing) if through_plane is None else through_plane
    trusted = affine is not None and trustworthy(affine, spacing)
    found = find_base(tissues, axis, affine if trusted else None) if base is None else base
    end: End = found or "last"
    if winding is not None:
        return Orientation(axis, end, found is not None, winding, "given")
    if picture:
        return Orientation(axis, end, found is not None, 1, "assumed")
    handedness = 1.0 if affine is None else float(np.sign(np.linalg.det(affine[:3, :3]))) or 1.0
    parity = -1 if axis == 1 else 1
    sense = int(parity * handedness) * (1 if end == "first" else -1)
    source = "assumed" if affine is None else "affine" if trusted and found else "handedness"
    return Orientation(axis, end, found is not None, sense, source)


def trustworthy(affine: NDArray[np.float64], spacing: Sequence[float]) -> bool:
    """Whether an affine knows the patient: its voxels have the scan's size, and it is oblique.

    EMIDEC and ACDC files carry the identity with flipped signs. A short-axis stack is never aligned with the patient's
    axes, so one that says it is has lost its orientation.
    """
    sizes = np.sqrt((affine[:3, :3] ** 2).sum(0))
    oblique = np.abs(affine[:3, :3] / sizes).max(0).min() < 0.999
    return bool(oblique and np.allclose(sizes, spacing, rtol=1e-2))


def find_through_plane(tissues: Tissues, spacing: Sequence[float]) -> int:
    """The axis across slices: clearly the thickest spacing, else the one whose slices show the wall as closed rings."""
    shape = tissues.wall.shape
    if 1 in shape:
        return len(shape) - 1 - shape[::-1].index(1)
    thickest, second = sorted(spacing, reverse=True)[:2]
    if thickest >= CLEARLY_THICK * second:
        return int(np.argmax(spacing))
    # Rings decide in steps of a tenth; among equals the fewest slices win, as stacks have fewer slices than rows.
    return min(range(3), key=lambda axis: (-round(enclosed(tissues, axis).mean(), 1), shape[axis], -axis))


def enclosed(tissues: Tissues, axis: int) -> NDArray[np.float64]:
    """Share of each slice's cavity that its wall encloses, (slices with cavity,) in 0-1."""
    shares = [(inside & cavity).sum() / cavity.sum() for cavity, inside in rings(tissues.cavity, tissues.wall, axis)]
    return np.array(shares or [0.0])


def rings(cavity: Mask, wall: Mask, axis: int) -> Iterator[tuple[Mask, Mask]]:
    """Of every slice with cavity, cavity and what the wall encloses; (rows, columns) each, cut to the ventricle."""
    part = bounds(cavity | wall)
    for blood, muscle in zip(*(np.moveaxis(mask[part], axis, 0) for mask in (cavity, wall)), strict=True):
        if blood.any():
            yield blood, ndimage.binary_fill_holes(np.pad(muscle, 1))[1:-1, 1:-1] & ~muscle


def find_base(tissues: Tissues, axis: int, affine: NDArray[np.float64] | None = None) -> End | None:
    """The basal end: where the ventricle is clearly wide, else what a trustworthy affine says, else where it is wider.

    It tapers to the apex, and only there the cavity ends before the wall, but a stack of a few slices may show little
    of that. ``None`` where nothing tells.

    Args:
        affine: trustworthy 4x4 matrix from voxels to mm; ``None`` where there is none.
    """
    taper = wider_last(tissues, axis)
    if abs(taper) < CLEARLY_WIDER and affine is not None:
        direction = affine[:3, axis] / np.linalg.norm(affine[:3, axis])
        along = float(direction @ APEX_RAS / np.linalg.norm(APEX_RAS))
        if abs(along) > 0.5:
            return "first" if along > 0 else "last"
    if abs(taper) < WIDER:
        return None
    return "last" if taper > 0 else "first"


def wider_last(tissues: Tissues, axis: int) -> float:
    """How much wider the ventricle is in the last third of its slices than in the first, relative, -1 to 1."""
    across = tuple(other for other in range(3) if other != axis)
    area = (tissues.cavity | tissues.wall).sum(across).astype(float) + tissues.cavity.sum(across)
    area = area[area > 0]
    if area.size < 2:
        return 0.0
    third = max(1, area.size // 3)
    first, last = area[:third].mean(), area[-third:].mean()
    return float((last - first) / max(first, last))


def thickest_axis(shape: tuple[int, ...], spacing: tuple[float, ...] | None) -> int:
    """The axis across slices of a scan without labels: the one along which voxels are thickest, or slices fewest."""
    if spacing is not None and len(spacing) == 3 and max(spacing) > 1.5 * sorted(spacing)[1]:
        return int(np.argmax(spacing))
    return int(np.argmin(shape[::-1]) * -1 + len(shape) - 1)
