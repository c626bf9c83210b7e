"""Before, after, mask and bull's-eye, a row per sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.plots.bullseye import plot_bullseye
from claim_aug.sample import ScarSample

CAVITY, WALL, OLD, INFARCT, MVO = range(1, 6)
COLOURS = ListedColormap(["none", "#4477aa55", "#66ccee55", "#ccbb4499", "#ee6677", "#aa3377"])


def plot_preview(image: NDArray[Any], samples: Sequence[ScarSample], path: Path, *, title: str = "") -> None:
    """Plot a row per sample: its slice with the most scar before and after, the mask, and the scar per AHA segment.

    Args:
        image: intensities of the input, (I, J) or (I, J, K).
        samples: samples that were made of the input.
        path: PNG file to write.
        title: first line of the figure.
    """
    figure = Figure(figsize=(12, 3 * len(samples)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{title}  -  SYNTHETIC scar", parse_math=False)
    grid = figure.add_gridspec(len(samples), 4)
    for row, sample in enumerate(samples):
        plane, window = busiest_plane(sample), display_window(image, sample.anatomy)
        panels = [figure.add_subplot(grid[row, column]) for column in range(3)]
        for axes, volume, name in zip(
            panels, (image, sample.image, sample.image), ("before", "after", "mask"), strict=True
        ):
            axes.imshow(plane(volume), cmap="gray", vmin=window[0], vmax=window[1], interpolation="bicubic")
            axes.set_title(name, fontsize=9)
            axes.set_axis_off()
        panels[2].imshow(plane(tissue_codes(sample)), cmap=COLOURS, vmin=0, vmax=MVO, interpolation="nearest")
        realised = sample.parameters["realised"]
        panels[1].set_title(f"after: {realised['burden_percent']:.1f} %LV, seed {sample.seed}", fontsize=9)
        eye = figure.add_subplot(grid[row, 3], projection="polar")
        plot_bullseye(eye, scar_share(sample))
        anchored = "" if sample.anatomy.anchor.known else " (unanchored)"
        eye.set_title(f"scar, % of segment{anchored}", fontsize=9)
    figure.savefig(path, dpi=100, metadata={"Description": "SYNTHETIC scar by claim-aug"})


def busiest_plane(sample: ScarSample) -> Any:
    """A function that cuts the region's slice with the most new scar out of a volume, as usually displayed."""
    anatomy = sample.anatomy
    across = anatomy.orientation.through_plane
    scar = (sample.infarct | sample.mvo).reshape(anatomy.grid_shape)[anatomy.box]
    index = int(scar.sum(anatomy.orientation.in_plane).argmax())

    def cut(volume: NDArray[Any]) -> NDArray[Any]:
        plane = np.take(volume.reshape(anatomy.grid_shape)[anatomy.box], index, axis=across)
        # NIfTI's first in-plane axis runs to the right of the display; a picture's rows run down already.
        return plane if volume.ndim == 2 else plane.T

    return cut


def display_window(image: NDArray[Any], anatomy: LVAnatomy) -> tuple[float, float]:
    """Display window: nearly all of the region's intensities."""
    low, high = np.percentile(image.reshape(anatomy.grid_shape)[anatomy.box], [1, 99])
    return float(low), float(high)


def tissue_codes(sample: ScarSample) -> NDArray[np.uint8]:
    """Cavity, wall, kept scar, new infarct and new MVO, in the shape of the labels."""
    anatomy = sample.anatomy
    codes = np.zeros(anatomy.wall.shape, np.uint8)
    codes[anatomy.cavity], codes[anatomy.wall], codes[anatomy.scar] = CAVITY, WALL, OLD
    whole = anatomy.on_grid(codes).reshape(sample.labels.shape)
    whole[sample.healed], whole[sample.infarct], whole[sample.mvo] = WALL, INFARCT, MVO
    return whole


def scar_share(sample: ScarSample) -> dict[int, float]:
    """Percent of each AHA segment that is new scar; segments that the scan does not have are left out."""
    anatomy = sample.anatomy
    scar = (sample.infarct | sample.mvo).reshape(anatomy.grid_shape)[anatomy.box]
    wall, scarred = anatomy.segment_voxels(), anatomy.segment_voxels(scar)
    return {segment: 100 * scarred[segment] / wall[segment] for segment in SEGMENTS if wall[segment]}
