"""The AHA 17-segment model of the left ventricle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEGMENTS = range(1, 18)
#: Two segments of 60 degrees, where the inferior insertion is not known.
NOMINAL_SEPTUM_DEG = 120.0
NAMES: dict[int, str] = dict(
    zip(
        SEGMENTS,
        [
            *(f"{level} {wall}" for level in ("basal", "mid") for wall in (
                "anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")),
            "apical anterior", "apical septal", "apical inferior", "apical lateral", "apex",
        ],
        strict=True,
    )
)  # fmt: skip


def aha_segment(
    rotational: NDArray[Any],
    apicobasal: NDArray[Any],
    *,
    cap: NDArray[Any] | bool = False,
    septum: float = NOMINAL_SEPTUM_DEG,
) -> NDArray[np.uint8]:
    """Segment 1-17 from the wall's coordinates; the arguments broadcast.

    Basal and mid thirds have six segments of 60 degrees, the apical third four of 90. The anterior RV insertion is the
    border of segments 1 and 2 (7 and 8). From there they run over the septum to the inferior wall. The apical ring is
    centred on the anterior wall like the others, hence turned by 15 degrees; 17 is the cap beyond the cavity.
    Cerqueira et al., Circulation 2002;105:539-542: the attachments of the RV part septum from free wall, so where both
    are known the two septal segments share what lies between them, and the other four the rest.

    Args:
        rotational: rotational coordinate, degrees from the anterior RV insertion towards the septum.
        septum: angle between both insertions over the septum, degrees.
        apicobasal: apicobasal coordinate, 0 at the base, 1 at the apex.
        cap: mask of the wall beyond the cavity.
    """
    free = (rotational - septum) * (360 - NOMINAL_SEPTUM_DEG) / (360 - septum)
    rotational = np.where(
        rotational < septum, rotational * NOMINAL_SEPTUM_DEG / septum, NOMINAL_SEPTUM_DEG + free
    ).astype(np.float32)
    sixth = (np.floor(rotational / 60).astype(int) + 1) % 6 + 1
    quarter = (np.floor((rotational - 15) / 90).astype(int) + 1) % 4 + 13
    thirds = np.where(apicobasal < 1 / 3, sixth, np.where(apicobasal < 2 / 3, sixth + 6, quarter))
    return np.where(cap, 17, thirds).astype(np.uint8)
