"""What is said of a ventricle that was read, where something about it is not known or cannot be right."""

from __future__ import annotations

import warnings

from claim_aug.anatomy.anchor import Anchor
from claim_aug.anatomy.orientation import Orientation
from claim_aug.errors import AnatomyError, SpacingWarning, UnanchoredWarning, WindingWarning

#: Volumes of wall between which a stack can be of a human heart, mL.
SMALLEST_ML, LARGEST_ML = 10, 1000


def report_orientation(anchor: Anchor, orientation: Orientation, required: bool, *, looked: bool) -> None:
    """Say where segments are not known to be: without an anchor, or with a winding that nothing tells.

    Args:
        required: whether an anchor is required.
        looked: whether the RV was looked for in an image.

    Raises:
        AnatomyError: a ventricle without an anchor where one is required.
    """
    if not anchor.known:
        report_unanchored(required, looked=looked)
    elif not orientation.winding_known:
        warnings.warn(
            "nothing tells which way AHA segments run, as there is no affine, and in a mirrored array anterior and "
            f"inferior ones change places; winding {orientation.winding} is assumed, that of a picture with the septum "
            f"on the left and the basal slice last; a mirrored one needs {-orientation.winding} (winding, --winding) "
            "or the affine",
            WindingWarning,
            stacklevel=4,
        )


def report_size(wall: float, spacing: tuple[float, ...], *, several: bool) -> None:
    """Warn of a stack whose wall is too small or too large for a human heart: its spacing is hardly right.

    Args:
        wall: volume of the wall, mL.
        spacing: size of a voxel along each axis, mm.
        several: whether there are enough slices to be most of a heart.
    """
    if wall > LARGEST_ML or (wall < SMALLEST_ML and several):
        warnings.warn(
            f"the wall would have {wall:.3g} mL, a human one has some {SMALLEST_ML} to {LARGEST_ML}; is the spacing of "
            f"{' x '.join(f'{size:.4g}' for size in spacing)} mm right?",
            SpacingWarning,
            stacklevel=4,
        )


def report_unanchored(required: bool, *, looked: bool) -> None:
    """Raise where an anchor is required, warn where it is not."""
    tried = "there is no RV label" + (" and no RV was found in the image" if looked else "")
    more = "" if looked else "the image (image, --image) or "
    msg = (
        f"unanchored: {tried}, so AHA segments are rotated by an unknown angle; "
        f"give {more}the angle of the anterior RV insertion (anterior_insertion, --anterior-insertion)"
    )
    if required:
        raise AnatomyError(msg)
    warnings.warn(msg, UnanchoredWarning, stacklevel=4)
