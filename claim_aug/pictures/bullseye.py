"""The AHA bull's-eye."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize

#: (first segment, number of segments, start of the first in degrees, inner and outer radius). Segments run
#: counter-clockwise; 1, 7 and 13 are centred at the top. Cerqueira et al., Circulation 2002;105:539-542.
RINGS = ((1, 6, 60, 0.75, 1.0), (7, 6, 60, 0.5, 0.75), (13, 4, 45, 0.25, 0.5), (17, 1, 0, 0.0, 0.25))


def draw_bullseye(
    axes: Any, values: Mapping[int, float], *, highest: float = 100, cmap: str = "YlOrRd", digits: int = 0
) -> None:
    """Draw a value per AHA segment into polar axes; segments without a value stay grey.

    Args:
        axes: matplotlib axes with ``projection="polar"``.
        values: value by segment, 1-17.
        highest: the value at the top of the colour map; 0 is at the bottom.
        digits: decimals of the printed values.
    """
    colours, scale = colormaps[cmap], Normalize(0, highest)
    for first, count, start, inner, outer in RINGS:
        width = 2 * np.pi / count
        for index in range(count):
            segment = first + index
            middle = np.radians(start) + (index + 0.5) * width
            value = values.get(segment)
            face = (0.85, 0.85, 0.85, 1.0) if value is None else colours(float(scale(value)))
            axes.bar(
                middle,
                outer - inner,
                width=width,
                bottom=inner,
                color=face,
                edgecolor="white",
                linewidth=float(count > 1),
            )
            dark = sum(face[:3]) < 1.5
            text = str(segment) if value is None else f"{segment}\n{value:.{digits}f}"
            at = 0.0 if count == 1 else (inner + outer) / 2
            axes.text(middle, at, text, ha="center", va="center", fontsize=6, color="white" if dark else "black")
    axes.set(ylim=(0, 1), yticks=[], xticks=[])
    axes.spines["polar"].set_visible(False)
