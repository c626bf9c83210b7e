"""Finding the anchor of a stack: a landmark, an RV label, the image, the affine, in this order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy.anchor import UNANCHORED, Anchor, anchor_from_rv
from claim_aug.anatomy.labels import Tissues
from claim_aug.anatomy.orientation import APEX_RAS, Orientation, trustworthy
from claim_aug.anatomy.rv_search import find_rv
from claim_aug.errors import AnatomyError

Landmark = float | Sequence[float]

#: Usual direction from the LV's centre to the anterior RV insertion in RAS: forward and up. The long axis points left,
#: forward and down, the septum faces right and forward, the anterior wall up.
INSERTION_RAS = np.array([0.0, 0.60, 0.80])
#: Hearts lie differently in their chests, so this is a direction to some 20 degrees.
AFFINE_CONFIDENCE = 0.4


def find_anchor(
    tissues: Tissues,
    centres: NDArray[np.float64],
    orientation: Orientation,
    spacing: tuple[float, float, float],
    *,
    landmark: Landmark | None,
    image: NDArray[np.float64] | None,
    affine: NDArray[np.float64] | None,
) -> Anchor:
    """The first of: the landmark, the RV label, the RV found in the image, the affine if it is trustworthy.

    Args:
        tissues: masks of the whole region, (I, J, K).
        centres: cavity centres, (slices, 2) in pixels.
        landmark: angle in degrees, or a point in voxels of the region; ``None`` where there is none.
        image: intensities of the region, (I, J, K), any unit; ``None`` where there is none.
        affine: 4x4 matrix from voxels to mm; ``None`` where there is none.

    Raises:
        AnatomyError: a landmark that is neither an angle nor a point of the region's dimension.
    """
    across = orientation.through_plane
    pixel = (spacing[orientation.in_plane[0]], spacing[orientation.in_plane[1]])
    if landmark is not None:
        return anchor_from_landmark(landmark, centres, orientation, pixel)
    cavity, wall, scar, rv = (
        np.moveaxis(mask, across, 0) for mask in (tissues.cavity, tissues.wall, tissues.scar, tissues.rv)
    )
    anchor = anchor_from_rv(rv, wall, centres, pixel, winding=orientation.winding)
    if not anchor.known and image is not None:
        slices = np.moveaxis(image, across, 0)
        anchor = find_rv(slices, cavity, wall, scar, centres, pixel, winding=orientation.winding)
    if not anchor.known and affine is not None:
        anchor = anchor_from_affine(affine, orientation, spacing)
    return anchor


def anchor_from_landmark(
    landmark: Landmark, centres: NDArray[np.float64], orientation: Orientation, pixel: tuple[float, float]
) -> Anchor:
    """Anchor on an angle, or on a point (two numbers in a slice, three in a stack)."""
    numbers = np.atleast_1d(np.asarray(landmark, dtype=np.float64))
    sizes = (1, 3) if len(centres) > 1 else (1, 2, 3)
    if numbers.ndim != 1 or numbers.size not in sizes or not np.isfinite(numbers).all():
        given = ", ".join(f"{number:g}" for number in numbers.ravel())
        point = "three numbers" if len(centres) > 1 else "two numbers"
        msg = f"the anterior RV insertion needs to be an angle in degrees or a voxel ({point}), got {given}"
        raise AnatomyError(msg)
    if numbers.size == 1:
        return Anchor(float(numbers[0]) % 360, "landmark", 1.0)
    index = 0 if numbers.size == 2 else int(np.clip(round(numbers[orientation.through_plane]), 0, len(centres) - 1))
    flat = numbers if numbers.size == 2 else numbers[list(orientation.in_plane)]
    offset = (flat - centres[index]) * pixel
    return Anchor(float(np.degrees(np.arctan2(offset[1], offset[0])) % 360), "landmark", 1.0)


def anchor_from_affine(
    affine: NDArray[np.float64], orientation: Orientation, spacing: tuple[float, float, float]
) -> Anchor:
    """Anchor on how a heart usually lies in the chest, where the affine can be trusted to know the chest.

    The affine needs to say that the slices are short-axis ones: within 45 degrees of perpendicular to the usual axis.
    """
    if not trustworthy(affine, spacing):
        return UNANCHORED
    directions = affine[:3, :3] / np.sqrt((affine[:3, :3] ** 2).sum(0))
    if abs(directions[:, orientation.through_plane] @ APEX_RAS) < np.cos(np.radians(45)):
        return UNANCHORED
    first, second = (float(directions[:, axis] @ INSERTION_RAS) for axis in orientation.in_plane)
    return Anchor(round(float(np.degrees(np.arctan2(second, first)) % 360), 2), "affine", AFFINE_CONFIDENCE)
