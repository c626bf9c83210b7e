"""What a layout of a data set finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    """A label map and its image.

    Attributes:
        labels: label map of a stack or of one slice.
        image: image on the same grid; ``None`` where there is none.
        case: name of the case; ``""`` where it follows from what differs in the paths.
        lacking: reason why there is no image where there should be one.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.data import Pair
        >>> Pair(Path("masks/p1.nii.gz"), Path("scans/p1.nii.gz"), case="p1").case
        'p1'
    """

    labels: Path
    image: Path | None
    case: str = ""
    lacking: str = ""
