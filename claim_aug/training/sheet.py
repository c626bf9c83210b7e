"""The sample sheet: real scars of patients for validation, and what the model paints in their place."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.painting import PaintTask, noise_streams
from claim_aug.generators.diffusion.samplers import STEPS, ddim
from claim_aug.generators.diffusion.window import HALF
from claim_aug.training.batches import validation_batch
from claim_aug.training.slices import TrainingSlice

SHOWN = 8


def plot_sheet(model: LesionDiffusion, slices: Sequence[TrainingSlice], path: Path, title: str) -> None:
    """Write a PNG of up to eight slices: real, painted again with the real one's histogram, and without any."""
    from matplotlib.figure import Figure

    real, masks, histogram, _, _ = validation_batch(slices, model.config, 0, SHOWN)
    rows = {"real": real}
    for name, control in (("painted again", histogram), ("without histogram", torch.zeros_like(histogram))):
        window, mask, control = (part.to(model.alphas.device) for part in (real, masks, control))
        noise = noise_streams([(number,) for number in range(len(real))])
        task = PaintTask(window, mask, control, functools.partial(ddim, steps=STEPS), noise)
        rows[name] = torch.where(masks[:, :1] >= HALF, model.sample(task).cpu(), real)
    figure = Figure(figsize=(1.6 * len(real), 1.7 * len(rows) + 0.3), layout="compressed")
    axes = figure.subplots(len(rows), len(real), squeeze=False)
    for line, (name, windows) in enumerate(rows.items()):
        for axis, image, layer in zip(axes[line], windows[:, 0].numpy(), masks[:, 0].numpy(), strict=True):
            show(axis, image, layer if line == 0 else None)
        axes[line, 0].set_ylabel(name)
    figure.suptitle(title)
    temporary = path.with_suffix(".writing.png")
    figure.savefig(temporary, dpi=90)
    temporary.replace(path)


def show(axis: object, image: NDArray[np.float32], scar: NDArray[np.float32] | None) -> None:
    """One window, with the outline of its scar."""
    axis.imshow(image, cmap="gray", vmin=-2, vmax=2.5)  # type: ignore[attr-defined]
    if scar is not None and scar.max() > 0.5:
        axis.contour(scar, [0.5], colors="tab:red", linewidths=0.6)  # type: ignore[attr-defined]
    axis.set(xticks=[], yticks=[])  # type: ignore[attr-defined]
