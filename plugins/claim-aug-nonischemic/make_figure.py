"""Plot all priors on one phantom: ``python plugins/claim-aug-nonischemic/make_figure.py FILE.png``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from claim_aug_nonischemic import PRIORS
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from claim_aug import ScarSample, ScarSynthesizer
from claim_aug.phantom import Phantom, make_phantom

#: Phantom and seed of the samples; the size of each scar is asked for, so that it can be seen.
PHANTOM_SEED, SEED = 22, 3
BURDEN = {"dcm": 4, "hcm-insertion": 4, "hcm-patchy": 6, "myocarditis": 4, "sarcoid": 5, "fabry": 2, "amyloid": 30}
ROOM_PX = 12


def main() -> None:
    """Write the figure into the file that is given."""
    phantom = make_phantom(PHANTOM_SEED, scar=False)
    figure = Figure(figsize=(12, 5.9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(3, len(PRIORS))
    for column, name in zip(axes.T, PRIORS, strict=True):
        plot_sample(column, phantom, make_sample(phantom, name), name)
    figure.savefig(Path(sys.argv[1]), dpi=85)


def make_sample(phantom: Phantom, name: str) -> ScarSample:
    """The phantom with the enhancement of one prior."""
    synthesizer = ScarSynthesizer(name, labels="phantom", burden=BURDEN[name], brightness_ratio=1.8)
    return synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=SEED)


def plot_sample(axes: np.ndarray, phantom: Phantom, sample: ScarSample, name: str) -> None:
    """Plot the slice with most scar before, after, and with the scar's outline."""
    index = int(sample.infarct.sum((0, 1)).argmax())
    rows, columns = (slice(max(edge.start - ROOM_PX, 0), edge.stop + ROOM_PX) for edge in edges(phantom.labels))
    before, after, scar = (array[rows, columns, index] for array in (phantom.image, sample.image, sample.infarct))
    for axis, image in zip(axes, (before, after, after), strict=True):
        axis.imshow(image.T, cmap="gray", vmax=np.percentile(phantom.image, 99.7))
        axis.set_axis_off()
    axes[2].contour(scar.T, levels=[0.5], colors="#ee6677", linewidths=1.2)
    axes[0].set_title(f"{name}\n{sample.parameters['realised']['burden_percent']:.1f} %LV", fontsize=10)


def edges(labels: np.ndarray) -> list[slice]:
    """Rows and columns of the left ventricle."""
    inside = np.isin(labels, (1, 2, 3, 4)).any(2)
    found = [np.flatnonzero(inside.any(axis)) for axis in (1, 0)]
    return [slice(int(places[0]), int(places[-1]) + 1) for places in found]


if __name__ == "__main__":
    main()
