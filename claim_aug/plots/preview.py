"""Samples as a cardiologist would show them: three slices before and after, scar outlined, and the bull's-eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.plots.bullseye import WARNING_COLOUR, mark_territories, plot_bullseye
from claim_aug.plots.short_axis import Frame, chosen_slices, display_limits, frames
from claim_aug.sample import ScarSample

#: Colours of outlines that are told apart by colour-blind people, too (Okabe and Ito), and whether they are dashed.
OUTLINES: dict[str, tuple[str, Any]] = {
    "new infarct": ("#e69f00", "-"),
    "new MVO": ("#56b4e9", "-"),
    "scar that was there": ("#f0e442", ":"),
    "endocardium and epicardium": ("#ffffff88", "-"),
}
#: Slices of a sample, samples side by side, and width of a bull's-eye in slices.
SLICES, ABREAST, EYE = 3, 2, 2


def plot_preview(
    image: NDArray[Any] | None, samples: Sequence[ScarSample], path: Path | BinaryIO, *, title: str = ""
) -> None:
    """Plot every sample: three slices before, after, and after with outlines, beside the scar per AHA segment.

    Args:
        image: intensities of the input, (I, J) or (I, J, K); ``None`` to plot none before.
        samples: samples that were made of the input.
        path: PNG file to write.
        title: first words of the figure's title.
    """
    abreast = min(ABREAST, len(samples))
    width = max(len(chosen(sample)) for sample in samples) + EYE
    rows = -(-len(samples) // abreast)
    kinds = len(kinds_of(image))
    across, down = 1.75 * width * abreast, (1.95 * kinds + 0.05) * rows + 1.1
    figure = Figure(figsize=(across, down), facecolor="white")  # fixed margins: a layout engine takes twice the time
    FigureCanvasAgg(figure)
    figure.suptitle(
        f"{title}: SYNTHETIC scar", y=1 - 0.15 / down, va="top", parse_math=False, fontsize=13, weight="bold"
    )
    margins = {"left": 0.1 / across, "right": 1 - 0.3 / across, "bottom": 0.7 / down, "top": 1 - 0.7 / down}
    grid = figure.add_gridspec(kinds * rows, width * abreast, **margins, wspace=0.05, hspace=0.16)
    for number, sample in enumerate(samples):
        row, column = kinds * (number // abreast), width * (number % abreast)
        plot_slices(figure, grid, (row, column), image, sample)
        eye = figure.add_subplot(grid[row : row + kinds, column + width - EYE : column + width], projection="polar")
        eye.set_position(shrunk(eye.get_position()))  # room for the names of the territories
        plot_eye(eye, sample)
    figure.legend(handles=legend(), loc="lower center", ncols=3 if across > 8 else 2, frameon=False, fontsize=9)
    figure.savefig(path, dpi=100, metadata={"Description": "SYNTHETIC scar by claim-aug"})


def shrunk(place: Bbox) -> Bbox:
    """Three quarters of a place in a figure."""
    (left, top), (right, bottom) = place.get_points()
    across, down = (right - left) / 8, (bottom - top) / 8
    return Bbox([(left + across, top + down), (right - across, bottom - down)])


def kinds_of(image: NDArray[Any] | None) -> tuple[str, ...]:
    """The rows that are plotted of a sample, with or without what was before."""
    return ("before", "after", "after, outlined")[image is None :]


def plot_slices(
    figure: Figure, grid: Any, corner: tuple[int, int], image: NDArray[Any] | None, sample: ScarSample
) -> None:
    """Plot the slices of a sample into the grid, from a corner on: a column per slice."""
    anatomy, limits = sample.anatomy, window(image, sample)
    for place, frame in enumerate(frames(anatomy, chosen(sample), rows_run_down=sample.labels.ndim == 2)):
        for row, kind in enumerate(kinds_of(image)):
            axes = figure.add_subplot(grid[corner[0] + row, corner[1] + place])
            volume = sample.image if image is None or kind != "before" else image
            outlines = masks(sample) if kind == "after, outlined" else {}
            show_slice(axes, frame, volume.reshape(anatomy.grid_shape), anatomy, outlines, limits)
            axes.set_title(kind if row else f"{kind}: {frame.title}", fontsize=8)


def plot_eye(axes: Any, sample: ScarSample) -> None:
    """Plot the new scar of a sample per AHA segment into polar axes."""
    plot_bullseye(axes, scar_share(sample), fontsize=9)
    words = f"{sample.parameters['realised']['burden_percent']:.1f} %LV, seed {sample.seed}\nscar in % of each segment"
    if sample.anatomy.anchor.known:
        mark_territories(axes, fontsize=9)
        axes.set_title(words, fontsize=9, pad=14)
    else:
        axes.set_title(f"{words}\nunanchored: turned by an unknown angle", fontsize=9, color=WARNING_COLOUR)


def show_slice(
    axes: Any,
    frame: Frame,
    image: NDArray[Any],
    anatomy: LVAnatomy,
    outlines: dict[str, Mask],
    limits: tuple[float, float],
) -> None:
    """Show one slice in the display convention, with what is asked for outlined.

    Args:
        axes: matplotlib axes.
        frame: frame of the slice.
        image: intensities of the whole scan or of the region, (I, J, K).
        anatomy: ventricle of the scan.
        outlines: mask of the region to outline by its name in ``OUTLINES``.
        limits: intensities that are shown black and white.
    """
    axes.imshow(frame.cut(image, anatomy), cmap="gray", vmin=limits[0], vmax=limits[1], interpolation="nearest")
    for name, mask in outlines.items():
        colour, dashes = OUTLINES[name]
        for line in frame.outlines(mask, anatomy):
            axes.plot(*line.T, color=colour, linestyle=dashes, linewidth=1.1)
    if frame.insertion is not None:
        axes.plot(*frame.insertion, marker="v", color="white", markeredgecolor="black", markersize=5)
    if frame.assumed:
        axes.text(3, len(frame.places[0]) - 4, frame.assumed, color="#ff8080", fontsize=6, va="bottom")
    axes.set(xlim=(-0.5, frame.places.shape[2] - 0.5), ylim=(frame.places.shape[1] - 0.5, -0.5))
    axes.set_axis_off()


def masks(sample: ScarSample) -> dict[str, Mask]:
    """What is outlined of a sample, by its name in ``OUTLINES``, in the region."""
    anatomy = sample.anatomy
    infarct, mvo = region(sample.infarct, anatomy), region(sample.mvo, anatomy)
    kept = anatomy.scar & ~region(sample.healed, anatomy)
    return {
        "endocardium and epicardium": anatomy.wall,
        "scar that was there": kept,
        "new infarct": infarct | mvo,
        "new MVO": mvo,
    }


def legend() -> list[Line2D]:
    """A line of each outline, and the mark of the RV insertion."""
    lines = [
        Line2D([], [], color="0.6" if colour.startswith("#ffffff") else colour, linestyle=dashes, label=name)
        for name, (colour, dashes) in OUTLINES.items()
    ]
    mark = Line2D(
        [], [], marker="v", color="white", markeredgecolor="black", linestyle="", label="anterior RV insertion"
    )
    return [*lines, mark]


def chosen(sample: ScarSample) -> list[int]:
    """The slices of the region that are shown of a sample."""
    return chosen_slices(sample.anatomy, region(sample.infarct | sample.mvo, sample.anatomy), SLICES)


def region(volume: NDArray[Any], anatomy: LVAnatomy) -> NDArray[Any]:
    """The anatomy's region of a volume or slice."""
    return np.asarray(volume.reshape(anatomy.grid_shape)[anatomy.box])


def window(image: NDArray[Any] | None, sample: ScarSample) -> tuple[float, float]:
    """Intensities that are shown black and white: nearly all that the ventricle and its scar have."""
    anatomy = sample.anatomy
    before = None if image is None else region(image, anatomy)
    return display_limits(before, region(sample.image, anatomy), anatomy)


def scar_share(sample: ScarSample) -> dict[int, float]:
    """Percent of each AHA segment that is new scar; segments that the scan does not have are left out."""
    anatomy = sample.anatomy
    wall = anatomy.segment_voxels()
    scarred = anatomy.segment_voxels(region(sample.infarct | sample.mvo, anatomy))
    return {segment: 100 * scarred[segment] / wall[segment] for segment in SEGMENTS if wall[segment]}
