"""Whether a small classifier can tell real scar masks from ``smile`` fitted to them, and a page to try it by eye.

    python benchmarks/shapes.py DATASET [--page page.png]

DATASET is a folder of label maps (EMIDEC's values), such as its PNG slices. Every patient's healed ventricle gets a few
synthetic masks; a random forest and a logistic regression on shape features are cross-validated by patient. Needs
scikit-learn. The page shows 24 real and 24 synthetic masks shuffled; the key is printed.
"""

from __future__ import annotations

import argparse
import itertools
import warnings
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from claim_aug import LVAnatomy
from claim_aug.anatomy import Mask
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.measures.shares import burden, from_endocardium, sectors
from claim_aug.priors.fit import fit, measure
from claim_aug.priors.smile import SmilePrior

#: Beyond size, thickness, extent, roughness, parts and depth profile: what the eye may still see.
EXTRA = ("endocardial contact", "likeness of neighbouring slices")


def ventricles(dataset: Path) -> list[LVAnatomy]:
    """The ventricles of a data set that have scar."""
    hearts = (heart for _, heart in iter_cases(find_cases(dataset), "emidec", look_in_image=False))
    return [heart for heart in hearts if heart.scar.any()]


def features(scar: Mask, heart: LVAnatomy) -> dict[str, float]:
    """Shape of one mask."""
    across = heart.orientation.through_plane
    count = heart.wall.shape[across]
    sector = sectors(heart)
    wall = np.bincount(sector[heart.wall], minlength=60 * count)
    scarred = np.bincount(sector[scar], minlength=60 * count)
    depth = (scarred / np.maximum(wall, 1)).reshape(count, 60)
    here = scarred > 0
    share = scarred[here] / wall[here]
    planes = [np.moveaxis(mask, across, 0) for mask in (scar, heart.wall & ~scar)]
    slices = [(plane, healthy) for plane, healthy in zip(*planes, strict=True) if plane.any()]
    profile = np.histogram(heart.transmural[scar], bins=[0, 0.2, 0.4, 0.6, 0.8, 1.01])[0] / scar.sum()
    pairs = [(a, b) for a, b in itertools.pairwise(depth) if a.any() and b.any()]
    return {
        "size": burden(scar, heart),
        "thickness": float(share.mean()),
        "thickness, lower quartile": float(np.quantile(share, 0.25)),
        "thickness, upper quartile": float(np.quantile(share, 0.75)),
        "thickness, spread": float(share.std()),
        "extent": here.sum() / (wall > 0).sum(),
        "extent, widest slice": float((depth > 0).mean(1).max()),
        "extent, slices": len(slices) / count,
        "roughness": float(np.mean([border(plane, healthy) / np.sqrt(plane.sum()) for plane, healthy in slices])),
        "parts": ndimage.label(scar, np.ones((3, 3, 3)))[1],
        "parts a slice": float(np.mean([ndimage.label(plane, np.ones((3, 3)))[1] for plane, _ in slices])),
        **{f"depth {index}": float(value) for index, value in enumerate(profile)},
        "endocardial contact": from_endocardium(scar, heart),
        "likeness of neighbouring slices": float(
            np.mean([2 * np.minimum(a, b).sum() / (a.sum() + b.sum()) for a, b in pairs] or [0.0])
        ),
    }


def border(scar: Mask, healthy: Mask) -> int:
    """Pixel faces between scar and healthy wall in one slice."""
    faces = 0
    for axis in (0, 1):
        one, other = (np.moveaxis(mask, axis, 0) for mask in (scar, healthy))
        faces += (one[1:] & other[:-1]).sum() + (one[:-1] & other[1:]).sum()
    return int(faces)


def auc(table: NDArray[np.float64], real: NDArray[np.bool_], patients: NDArray[np.intp]) -> tuple[float, float]:
    """Area under the curve of a random forest and of a logistic regression, folds by patient."""
    forest = RandomForestClassifier(400, min_samples_leaf=3, class_weight="balanced", random_state=0)
    logistic = make_pipeline(
        StandardScaler(), LogisticRegression(C=0.3, class_weight="balanced", max_iter=5000, random_state=0)
    )
    scores = [
        roc_auc_score(
            real, cross_val_predict(model, table, real, groups=patients, cv=GroupKFold(6), method="predict_proba")[:, 1]
        )
        for model in (forest, logistic)
    ]
    return scores[0], scores[1]


def draw_page(hearts: list[LVAnatomy], prior: SmilePrior, path: Path) -> str:
    """24 real and 24 synthetic masks in the busiest slice of each, shuffled; returns the key."""
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(hearts))[:24]
    masks = [(hearts[index], hearts[index].scar, "r") for index in chosen]
    masks += [(hearts[index], prior.sample(hearts[index].healed(), rng).scar, "s") for index in chosen]
    order = rng.permutation(len(masks))
    figure = Figure(figsize=(12, 9), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, index in zip(figure.subplots(6, 8).flat, order, strict=True):
        heart, scar, _ = masks[index]
        across = heart.orientation.through_plane
        plane = int(scar.sum(heart.orientation.in_plane).argmax())
        codes = np.take(heart.cavity + 2 * heart.wall + scar, plane, axis=across)
        inside = np.argwhere(codes)
        low, high = inside.min(0), inside.max(0) + 1
        axes.imshow(codes[low[0] : high[0], low[1] : high[1]], vmin=0, vmax=3, interpolation="nearest", aspect="auto")
        axes.set_axis_off()
    figure.savefig(path, dpi=80)
    return "".join(masks[index][2] for index in order)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--each", type=int, default=4, help="synthetic masks per patient")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    hearts = ventricles(arguments.dataset)
    prior = SmilePrior(fit([measure(heart) for heart in hearts], source="this data set"))
    rows, real, patients = [], [], []
    for patient, heart in enumerate(hearts):
        rng = np.random.default_rng(patient)
        healed = heart.healed()
        masks = [heart.scar, *(prior.sample(healed, rng).scar for _ in range(arguments.each))]
        rows += [features(mask, heart) for mask in masks]
        real += [True] + [False] * arguments.each
        patients += [patient] * len(masks)
    names = list(rows[0])
    table, truth = np.array([list(row.values()) for row in rows]), np.array(real)
    kept = [index for index, name in enumerate(names) if name not in EXTRA]
    print(f"{len(hearts)} real and {len(hearts) * arguments.each} synthetic masks, folds by patient\n")
    print("| features | random forest AUC | logistic AUC |\n|---|---|---|")
    for name, columns in (
        ("size, thickness, extent, roughness, parts, depth", kept),
        ("and the rest", range(len(names))),
    ):
        forest, logistic = auc(table[:, list(columns)], truth, np.array(patients))
        print(f"| {name} | {forest:.2f} | {logistic:.2f} |")
    print("\n| feature | real, median (10-90 %) | synthetic | AUC alone |\n|---|---|---|---|")
    for index, name in enumerate(names):
        cells = (
            "{1:.2f} ({0:.2f}-{2:.2f})".format(*np.percentile(table[truth == kind, index], [10, 50, 90]))
            for kind in (True, False)
        )
        print(f"| {name} | {' | '.join(cells)} | {roc_auc_score(truth, table[:, index]):.2f} |")
    if arguments.page:
        print(f"\nkey of {arguments.page}, row by row: {draw_page(hearts, prior, arguments.page)}")


if __name__ == "__main__":
    main()
