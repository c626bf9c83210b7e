"""Plot the picture of the README from a phantom: ``python tools/make_pictures.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from claim_aug import ScarSample, ScarSynthesizer
from claim_aug.phantom import Phantom, make_phantom
from claim_aug.plots.bullseye import mark_territories, plot_bullseye
from claim_aug.plots.preview import legend, masks, region, scar_share, show_slice, window
from claim_aug.plots.short_axis import chosen_slices, frames

PHANTOM_SEED, SCAR_SEED, TERRITORY = 22, 4, "RCA"


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
    """Plot the slice with the most scar before, after and outlined, and the bull's-eye, in one row."""
    figure = Figure(figsize=(11, 3.5), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1, 4)
    anatomy, limits = sample.anatomy, window(phantom.image, sample)
    (frame,) = frames(anatomy, chosen_slices(anatomy, region(sample.infarct, anatomy), 1))
    titles = (f"a phantom, {frame.title}", "the same with new scar", "its new label")
    for column, (title, volume) in enumerate(zip(titles, (phantom.image, sample.image, sample.image), strict=True)):
        axes = figure.add_subplot(grid[column])
        show_slice(axes, frame, volume, anatomy, masks(sample) if column == 2 else {}, limits)
        axes.set_title(title, fontsize=11)
    eye = figure.add_subplot(grid[3], projection="polar")
    plot_bullseye(eye, scar_share(sample), fontsize=8)
    mark_territories(eye)
    eye.set_title("scar, % of AHA segment", fontsize=11, pad=14)
    figure.legend(handles=legend(), loc="outside lower center", ncols=5, frameon=False, fontsize=9)
    burden = sample.parameters["realised"]["burden_percent"]
    figure.suptitle(f"SYNTHETIC: infarct of {burden:.0f} %LV in the {TERRITORY} territory", fontsize=11)
    figure.savefig(path, dpi=110, metadata={"Description": "SYNTHETIC scar by claim-aug"})


if __name__ == "__main__":
    main()
