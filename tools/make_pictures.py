"""Plot the picture of the README from a phantom: ``python tools/make_pictures.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from claim_aug import ScarSample, ScarSynthesizer
from claim_aug.phantom import Phantom, make_phantom
from claim_aug.plots.bullseye import plot_bullseye
from claim_aug.plots.preview import MVO, busiest_plane, scar_share, tissue_codes

PHANTOM_SEED, SCAR_SEED, TERRITORY = 22, 4, "RCA"
ROOM_MM = 22.0
COLOURS = {
    "cavity": "#4477aa88",
    "myocardium": "#66cceeaa",
    "old scar": "#ccbb44",
    "infarct": "#ee6677ee",
    "MVO": "#aa3377",
}


def main() -> None:
    """Write ``docs/images/demo.png``, or the file that is given."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "images" / "demo.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    plot_demo(*make_sample(), path)


def make_sample() -> tuple[Phantom, ScarSample]:
    """A healthy phantom, and the same phantom with an infarct and MVO in one coronary territory."""
    phantom = make_phantom(PHANTOM_SEED, scar=False)
    synthesizer = ScarSynthesizer(
        "smile",
        "signal",
        labels="phantom",
        burden=22,
        transmurality=0.85,
        territory=TERRITORY,
        mvo=0.12,
        grey_zone=0.08,
        brightness_ratio=2.0,
    )
    return phantom, synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=SCAR_SEED)


def plot_demo(phantom: Phantom, sample: ScarSample, path: Path) -> None:
    """Plot before, after, label and bull's-eye in one row."""
    figure = Figure(figsize=(11, 3.3), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1, 4)
    cut, view = busiest_plane(sample), around_the_ventricle(sample)
    before, after, codes = (cut(volume)[view] for volume in (phantom.image, sample.image, tissue_codes(sample)))
    low, high = np.percentile(after[codes > 0], [0.5, 99.8])  # of the ventricle: fat may saturate
    titles = ("a phantom", "the same with new scar", "its new label")
    for column, (title, plane) in enumerate(zip(titles, (before, after, after), strict=True)):
        axes = figure.add_subplot(grid[column])
        axes.imshow(plane, cmap="gray", vmin=low, vmax=high, interpolation="bicubic")
        axes.set_title(title, fontsize=11)
        axes.set_axis_off()
    axes.imshow(codes, cmap=ListedColormap(["none", *COLOURS.values()]), vmin=0, vmax=MVO, interpolation="nearest")
    eye = figure.add_subplot(grid[3], projection="polar")
    plot_bullseye(eye, scar_share(sample), fontsize=7.5)
    eye.set_title("scar, % of AHA segment", fontsize=11)
    handles = [Patch(facecolor=colour[:7], label=name) for name, colour in COLOURS.items() if name != "old scar"]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    burden = sample.parameters["realised"]["burden_percent"]
    figure.suptitle(f"SYNTHETIC: infarct of {burden:.0f} %LV in the {TERRITORY} territory", fontsize=11)
    figure.savefig(path, dpi=110, metadata={"Description": "SYNTHETIC scar by claim-aug"})


def around_the_ventricle(sample: ScarSample) -> tuple[slice, slice]:
    """Rows and columns of the displayed slice that hold the ventricle with some room."""
    anatomy = sample.anatomy
    ventricle: NDArray[Any] = (anatomy.wall | anatomy.cavity).any(anatomy.orientation.through_plane)
    windows = []
    for axis, spacing in zip((0, 1), (anatomy.spacing[axis] for axis in anatomy.orientation.in_plane), strict=True):
        inside, room = np.flatnonzero(ventricle.any(1 - axis)), round(ROOM_MM / spacing)
        windows.append(slice(max(int(inside[0]) - room, 0), int(inside[-1]) + room + 1))
    return windows[1], windows[0]  # the preview shows the transpose


if __name__ == "__main__":
    main()
