"""Plot the figures of ``docs/anatomy.md`` from phantoms: ``python tools/make_figures.py [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.anatomy.slices import in_plane
from claim_aug.phantom import Phantom, make_phantom
from claim_aug.plots.preview import masks, region, show_slice, window
from claim_aug.plots.short_axis import Frame, chosen_slices, frames

PHANTOM_SEED, SCAR_SEED = 22, 4
#: Coordinates by the attribute of the ventricle: title, colours, lowest and highest value.
COORDINATES = {
    "transmural": ("transmural", "viridis", 0, 1),
    "rotational": ("rotational, degrees", "twilight", 0, 360),
    "apicobasal": ("apicobasal", "viridis", 0, 1),
    "segment": ("AHA segment", "tab20", 0.5, 20.5),
}
BURDENS = (5, 12, 22, 35)


def main() -> None:
    """Write ``anatomy.png`` and ``growth.png`` into ``docs/images``, or into the folder that is given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    phantom = make_phantom(PHANTOM_SEED, scar=False)
    plot_anatomy(phantom, folder / "anatomy.png")
    plot_growth(phantom, folder / "growth.png")


def plot_anatomy(phantom: Phantom, path: Path) -> None:
    """Plot the coordinates of the wall, a row for each, in a basal, a mid and an apical slice."""
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine)
    shown = frames(anatomy, chosen_slices(anatomy, anatomy.wall, 3))
    figure = new_figure(8.5, 10)
    grid = figure.subplots(len(COORDINATES), len(shown))
    for row, (name, (title, colours, low, high)) in zip(grid, COORDINATES.items(), strict=True):
        values = np.where(anatomy.wall, getattr(anatomy, name), np.nan)
        for axes, frame in zip(row, shown, strict=True):
            show_slice(axes, frame, phantom.image, anatomy, {}, (phantom.image.min(), phantom.image.max()))
            picture = axes.imshow(nearest(frame, values, anatomy), cmap=colours, vmin=low, vmax=high)
            axes.set_title(frame.title if name == "transmural" else "", fontsize=10)
        bar = figure.colorbar(picture, ax=row, label=title, shrink=0.9)
        if name == "segment":
            bar.set_ticks(range(1, 18))
            bar.ax.set_ylim(low, 17.5)  # the colours are for twenty
    figure.savefig(path, dpi=90)


def plot_growth(phantom: Phantom, path: Path) -> None:
    """Plot scars of growing burden from one seed, in the slice that holds most of the smallest."""
    samples = [
        ScarSynthesizer("smile", "signal", labels="phantom", burden=burden, territory="LAD", mvo=0.1).sample(
            phantom.image, phantom.labels, affine=phantom.affine, seed=SCAR_SEED
        )
        for burden in BURDENS
    ]
    smallest, largest = samples[0], samples[-1]
    (frame,) = frames(smallest.anatomy, chosen_slices(smallest.anatomy, region(smallest.infarct, smallest.anatomy), 1))
    figure = new_figure(11, 3)
    for axes, sample, burden in zip(figure.subplots(1, len(samples)), samples, BURDENS, strict=True):
        show_slice(axes, frame, sample.image, sample.anatomy, masks(sample), window(phantom.image, largest))
        axes.set_title(f"{burden} %LV", fontsize=11)
    figure.savefig(path, dpi=90, metadata={"Description": "SYNTHETIC scar by claim-aug"})


def nearest(frame: Frame, values: NDArray[np.float64], anatomy: LVAnatomy) -> NDArray[np.float64]:
    """The frame of what must not be interpolated, such as angles, (size, size); NaN outside the wall."""
    plane = in_plane(values, anatomy)[frame.index]
    return np.asarray(ndimage.map_coordinates(plane, frame.places, order=0, mode="constant", cval=np.nan))


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


if __name__ == "__main__":
    main()
