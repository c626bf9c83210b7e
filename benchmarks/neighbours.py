"""Whether scar runs on from slice to slice as in patients: ``python benchmarks/neighbours.py DATASET``.

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. Every scar is painted again
inside its own mask. Voxels of neighbouring slices are paired by their place in the wall; the correlation of the pairs'
relative intensity says how alike the texture is, that of the slices' means how alike their brightness.
"""

from __future__ import annotations

import argparse
import itertools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.measures.tissue import measure, per_slice

#: Slices with fewer voxels of infarct, and with fewer pairs, say little.
FEWEST, FEWEST_PAIRS = 40, 25
#: Distance between the places of a pair at most, where the wall is 3 thick and 8 away from the middle of the cavity.
NEAR, THICK, AWAY = 0.6, 3.0, 8.0

Values = NDArray[np.float64]


def neighbouring(image: Values, anatomy: LVAnatomy) -> Iterator[tuple[Values, Values, float, float]]:
    """Relative intensity of paired voxels, (pairs,) each, and the mean of either slice's infarct."""
    tissue, across = measure(image, anatomy), anatomy.orientation.through_plane
    relative = (image - per_slice(tissue.remote, across, 3)) / per_slice(tissue.contrast, across, 3)
    angle = np.radians(anatomy.rotational)
    place = np.stack([AWAY * np.cos(angle), AWAY * np.sin(angle), THICK * anatomy.transmural])
    planes, infarct = in_plane(relative, anatomy), in_plane(anatomy.infarct, anatomy)
    places = np.moveaxis(place, across + 1, 1)
    for one, two in itertools.pairwise(range(len(planes))):
        if min(infarct[one].sum(), infarct[two].sum()) < FEWEST:
            continue
        here, there = (places[:, index][:, infarct[index]].T for index in (one, two))
        values, others = (planes[index][infarct[index]] for index in (one, two))
        distance, nearest = KDTree(there).query(here)
        near = distance < NEAR
        if near.sum() >= FEWEST_PAIRS:
            yield values[near], others[nearest][near], float(values.mean()), float(others.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="ddpm,signal", help="names with arguments, separated by commas")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| scar of | pairs of slices | likeness of texture, median (quartiles) | likeness of brightness |")
    print("|---|---|---|---|")
    for name in ("patients", *arguments.generators.split(",")):
        texture, means = [], []
        cases = iter_cases(find_cases(arguments.dataset), "emidec", look_in_image=False, warn=False)
        for seed, (case, anatomy) in enumerate(pair for pair in cases if pair[1].scar.any()):
            image = case.image
            if name != "patients":
                painter = ScarSynthesizer("manual", name, existing="replace", mask=case.labels)
                image = painter.sample(image, case.labels, seed=seed, anatomy=anatomy).image
            for one, other, mean, mean_other in neighbouring(image[anatomy.box].astype(np.float64), anatomy):
                texture.append(np.corrcoef(one, other)[0, 1])
                means.append((mean, mean_other))
        low, middle, high = np.percentile(texture, [25, 50, 75])
        alike = np.corrcoef(np.transpose(means))[0, 1]
        print(f"| {name} | {len(texture)} | {middle:.2f} ({low:.2f}-{high:.2f}) | {alike:.2f} |", flush=True)


if __name__ == "__main__":
    main()
