"""The AHA bull's-eye."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

#: (first segment, number of segments, start of the first in degrees, inner and outer radius). Segments run
#: counter-clockwise; 1, 7 and 13 are centred at the top. Cerqueira et al., Circulation 2002;105:539-542.
RINGS = ((1, 6, 60, 0.75, 1.0), (7, 6, 60, 0.5, 0.75), (13, 4, 45, 0.25, 0.5), (17, 1, 0, 0.0, 0.25))
COLOURS = "YlOrRd"
#: Walls round the bull's-eye, by their direction in degrees.
WALLS = {"anterior": 90, "septal": 180, "inferior": 270, "lateral": 0}
WARNING_COLOUR = "#b2182b"
#: Ends of the colour bar in percent: the lowest that holds every value is taken.
ENDS = (5, 10, 25, 50, 100)


def plot_bullseye(
    axes: Any,
    values: Mapping[int, float],
    *,
    highest: float = 100,
    cmap: str = COLOURS,
    digits: int = 0,
    texts: Mapping[int, str] | None = None,
    fontsize: float = 6,
) -> None:
    """Plot a value per AHA segment into polar axes; segments without a value stay grey.

    Args:
        axes: matplotlib axes with ``projection="polar"``.
        values: value by segment, 1-17.
        highest: value at the top of the colour map; 0 is at the bottom.
        cmap: name of a matplotlib colour map.
        digits: number of decimals that are printed.
        texts: texts printed in place of the values, by segment.
        fontsize: size of the printed values in points.
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
            colour = "white" if sum(face[:3]) < 1.5 else "black"
            at = (middle, 0.0 if count == 1 else (inner + outer) / 2)
            if value is None:
                write(axes, str(segment), at, 0, colour, 0.9 * fontsize)
            else:
                text = (texts or {}).get(segment, f"{value:.{digits}f}")
                write(axes, str(segment), at, 0.6 * fontsize * (1 + text.count("\n")), colour, 0.9 * fontsize)
                write(axes, text, at, -0.6 * fontsize, colour, fontsize)
    axes.set(ylim=(0, 1), yticks=[], xticks=[])
    axes.spines["polar"].set_visible(False)


def write(axes: Any, text: str, at: tuple[float, float], up: float, colour: str, fontsize: float) -> None:
    """Write centred on a place of polar axes, ``up`` points above it."""
    axes.annotate(
        text, at, (0, up), textcoords="offset points", ha="center", va="center", color=colour, fontsize=fontsize
    )


#: Borders of the coronary territories of the AHA's default map (Cerqueira et al. 2002): degrees and radius, each at the
#: start and at the end. A line is radial or follows a ring.
TERRITORY_BORDERS = (
    (60, 60, 1.0, 0.5), (180, 180, 1.0, 0.5), (300, 300, 1.0, 0.5),
    (45, 60, 0.5, 0.5), (180, 225, 0.5, 0.5), (300, 315, 0.5, 0.5),
    (45, 45, 0.5, 0.25), (225, 225, 0.5, 0.25), (315, 315, 0.5, 0.25), (225, 405, 0.25, 0.25),
)  # fmt: skip
#: Where the names of the territories are written, degrees.
TERRITORY_NAMES = {"LAD": 120, "RCA": 240, "LCX": 0}


def mark_territories(axes: Any, *, fontsize: float = 8) -> None:
    """Mark the borders of the coronary territories, and write their names round the bull's-eye."""
    for start, end, inner, outer in TERRITORY_BORDERS:
        axes.plot(np.radians(np.linspace(start, end, 40)), np.linspace(inner, outer, 40), color="0.15", linewidth=1.6)
    for name, degrees in TERRITORY_NAMES.items():
        axes.text(np.radians(degrees), 1.16, name, ha="center", va="center", color="0.15", fontsize=fontsize)
    axes.set(ylim=(0, 1))


def plot_bullseye_figure(
    path: Path,
    values: Mapping[int, float],
    *,
    title: str,
    measure: str,
    warning: str = "",
    highest: float = 100,
    digits: int = 0,
    texts: Mapping[int, str] | None = None,
    description: str = "",
) -> None:
    """Write one bull's-eye with title and colour bar as a PNG.

    Args:
        path: PNG file to write.
        values: value by segment, 1-17.
        highest, digits, texts: arguments of ``plot_bullseye``.
        title: first line of the figure.
        measure: label of the colour bar: what the colours mean, with its unit.
        warning: line in red under the title, such as that segments are turned by an unknown angle. The names of the
            walls are left away then, as nobody knows where they are.
        description: description in the file's metadata.
    """
    figure = Figure(figsize=(6.4, 6), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=13, fontweight="bold", parse_math=False)
    axes: Any = figure.add_subplot(projection="polar")
    axes.set_title(warning, color=WARNING_COLOUR, fontsize=10, pad=6 if warning else 22)
    plot_bullseye(axes, values, highest=highest, digits=digits, texts=texts, fontsize=10)
    if not warning:
        name_walls(axes)
    bar = figure.colorbar(ScalarMappable(Normalize(0, highest), COLOURS), ax=axes, shrink=0.8, pad=0.08)
    bar.set_label(measure, fontsize=10)
    bar.outline.set_visible(False)  # type: ignore[operator]
    if len(values) < 17:
        figure.supxlabel("grey: not in any stack", fontsize=8, color="0.4")
    figure.savefig(path, dpi=150, metadata={"Description": description})


def name_walls(axes: Any) -> None:
    """Write the names of the walls round the bull's-eye."""
    for wall, degrees in WALLS.items():
        upright = {"septal": 90, "lateral": 270}.get(wall, 0)
        axes.text(np.radians(degrees), 1.07, wall, ha="center", va="center", rotation=upright, color="0.3", fontsize=10)
