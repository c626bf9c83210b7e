"""What a segmenter finds in scans that it never saw: scar, false scar, and ventricles that nobody labelled.

    python benchmarks/segmenter.py DATASET [--model FOLDER] [--labels SCHEME]

DATASET is a folder of labelled scans, with scar and without. Dice and false scar are in the scans' own voxels.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.errors import AnatomyError
from claim_aug.jobs.segment import segment_case
from claim_aug.measures.dice import dice
from claim_aug.segmentation import SHIPPED, Segmenter, read_segmenter
from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL, Curve, Scores, curve_of, score
from claim_aug.segmentation.windows import BACKGROUND, Windows, class_map

#: False scar of normals, %LV, at which Dice is given.
LEVELS = (0.5, 1.0, 2.0)
RESAMPLES = 2000


def curves(segmenter: Segmenter, cases: list[tuple[Case, LVAnatomy]]) -> dict[str, tuple[Curve, str]]:
    """The curve of all patients, and the interval of Dice at the segmenter's own caution, by where scar is sought."""
    scores: dict[str, list[Scores]] = {ANYWHERE: [], WITHIN_WALL: []}
    cautions = {ANYWHERE: segmenter.caution, WITHIN_WALL: segmenter.wall_caution}
    for case, anatomy in cases:
        classes = in_plane(class_map(anatomy), anatomy)
        shares = segmenter.shares(case.region(anatomy), anatomy)
        truth = Windows(np.zeros((len(classes), 1, 1, 1), np.float32), classes)
        for where, own in scores.items():
            own.append(score(shares, truth, where))
    return {where: (curve_of(own), interval(own, cautions[where])) for where, own in scores.items()}


def interval(scores: list[Scores], caution: float) -> str:
    """95 % interval of the mean Dice over patients at a caution, by bootstrap."""
    values = np.array([curve_of([own]).dice_at(caution) for own in scores if own[0][0] is not None])
    means = values[np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))].mean(1)
    return "{:.3f} to {:.3f}".format(*np.percentile(means, [2.5, 97.5]))


def located(segmenter: Segmenter, cases: list[tuple[Case, LVAnatomy]], scheme: LabelScheme) -> Iterator[float | None]:
    """Dice of the whole ventricle where nothing is labelled, case by case; ``None`` where it is refused."""
    for case, anatomy in cases:
        bare = replace(case, label_paths=())
        try:
            found = segment_case(segmenter, bare, scheme, through_plane=anatomy.orientation.through_plane)
        except AnatomyError:
            yield None
        else:
            ventricle = anatomy.on_grid(class_map(anatomy)) != BACKGROUND
            yield dice(found.labels != scheme.background[0], ventricle)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder of a segmenter; the package's by default")
    parser.add_argument("--labels", default="emidec", help="label scheme")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    scheme = LabelScheme.parse(arguments.labels)
    segmenter = read_segmenter(arguments.model)
    cases = list(iter_cases(find_cases(arguments.dataset), scheme, look_in_image=False, warn=False))
    print("where | Dice at its own threshold (95 %) | false scar, %LV | " + " | ".join(f"at {x:g} %LV" for x in LEVELS))
    for where, (curve, between) in curves(segmenter, cases).items():
        at = " | ".join(f"{curve.dice_at(curve.caution_for(level)):.3f}" for level in LEVELS)
        caution = segmenter.caution if where == ANYWHERE else segmenter.wall_caution
        print(f"{where} | {curve.dice_at(caution):.3f} ({between}) | {curve.false_scar_at(caution):.2f} | {at}")
    start = time.perf_counter()
    found = list(located(segmenter, cases, scheme))
    seconds = time.perf_counter() - start
    known = np.array([value for value in found if value is not None])
    slices = sum(in_plane(anatomy.wall, anatomy).any((1, 2)).sum() for _, anatomy in cases)
    print(
        f"without labels: a ventricle in {len(known)} of {len(found)} cases, Dice {known.mean():.3f}, below 0.5 in "
        f"{(known < 0.5).sum()}; {seconds / slices:.3f} s a slice with its numbers"
    )


if __name__ == "__main__":
    main()
