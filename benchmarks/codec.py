"""Whether thin scars survive the autoencoder of ``latent``: rims of one, two and three pixels along the endocardium.

    python benchmarks/codec.py DATASET MODEL [MODEL ...]

DATASET is a folder of labelled scans that the models have not seen. Half of the endocardium of every slice with scar
is painted as bright as that slice's own scar, so many pixels deep, and sent through the autoencoder. Shown are the
share of the rim's contrast to its surroundings that is left, and the mean absolute error in SD of the scan's noise.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from claim_aug.anatomy import LabelScheme
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.window import MIDDLE, SPREAD, window_of
from claim_aug.training.slices import TrainingSlice, read_slices


def rimmed(example: TrainingSlice, depth: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """The window with a rim painted into it, its masks, the rim, and the wall beside it."""
    window, masks = window_of(example.slice_)
    wall, cavity = masks[2] > 0.5, masks[3] > 0.5
    if not cavity.any() or not example.infarct.size:
        return None
    away = ndimage.distance_transform_edt(~cavity)
    half = np.arange(len(wall))[:, None] < ndimage.center_of_mass(cavity)[0]
    rim = wall & half & (away < depth + 0.5)
    beside = wall & half & (away > depth + 0.5) & (away < depth + 3)
    if rim.sum() < 10 or beside.sum() < 10:
        return None
    healthy = np.where(masks[0] > 0, -MIDDLE / SPREAD, window)
    scar = (float(np.median(example.infarct)) - MIDDLE) / SPREAD
    layers = np.stack([rim, np.zeros_like(rim), *masks[2:]]).astype(np.float32)
    return np.where(rim, scar, healthy).astype(np.float32), layers, rim, beside


@torch.no_grad()
def through(model: LesionDiffusion, window: np.ndarray, layers: np.ndarray) -> np.ndarray:
    """What the autoencoder makes of a window whose scar alone passes through its codes."""
    image, masks = torch.from_numpy(window)[None, None], torch.from_numpy(layers)[None]
    known, _, hidden = model.surroundings(image, masks)
    code = torch.where(hidden, model.encode(image), known)
    return model.decode(code, image, masks)[0, 0].numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| model | pixels of the rim | contrast left | error, SD of noise |\n|---|---|---|---|")
    for folder in arguments.models:
        model = read_model(folder)
        examples, _ = read_slices(
            arguments.dataset, LabelScheme.parse("emidec"), spacing=model.config.spacing, size=model.config.size
        )
        for depth in (1, 2, 3):
            left, errors = [], []
            for example in examples:
                made = rimmed(example, depth)
                if made is None:
                    continue
                window, layers, rim, beside = made
                again = through(model, window, layers)
                before = float(window[rim].mean() - window[beside].mean())
                if before * SPREAD > 0.3:  # what hardly differs has no contrast to lose
                    left.append(float(again[rim].mean() - window[beside].mean()) / before)
                errors.append(float(abs(again - window)[rim].mean()) * SPREAD / example.slice_.noise)
            print(f"| {folder.name} | {depth} | {np.mean(left):.2f} | {np.mean(errors):.2f} |", flush=True)


if __name__ == "__main__":
    main()
