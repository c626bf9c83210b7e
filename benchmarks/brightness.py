"""Brightness asked for against brightness found, of ``ddpm``, in SD of remote myocardium.

    python benchmarks/brightness.py [DATASET]

Twenty phantoms, and the scans of a folder with EMIDEC's label values, whose own scar is replaced. Found is what the
sidecar says: the mean of the new infarct over the mean of remote myocardium before it, in its standard deviations.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from claim_aug import ScarSynthesizer
from claim_aug.data.dataset import find_cases
from claim_aug.phantom import make_phantom

ASKED = (2, 3, 5, 8, 12, 20, 30)


def main() -> None:
    """Print what was found for each brightness, the rank correlation and the largest error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, nargs="?")
    dataset = parser.parse_args().dataset
    warnings.simplefilter("ignore")
    phantoms = [make_phantom(seed, scar=False) for seed in range(20)]
    scans = [("phantom", one.image, one.labels, one.affine, one.spacing) for one in phantoms]
    for case in find_cases(dataset, images_for="a benchmark") if dataset else []:
        scans.append(("emidec", case.image, case.labels, case.label_file.affine, case.label_file.spacing))
    found = np.zeros((len(scans), len(ASKED)))
    for row, (labels, image, label_map, affine, spacing) in enumerate(scans):
        for column, asked in enumerate(ASKED):
            synthesizer = ScarSynthesizer(
                generator="ddpm", labels=labels, brightness_sd=asked, existing="replace", steps=2
            )
            sample = synthesizer.sample(image, label_map, affine=affine, spacing=spacing, seed=row)
            found[row, column] = sample.parameters["realised"]["brightness_sd"]
    print("| asked, SD | found, lowest | found, highest |\n|---|---|---|")
    for asked, column in zip(ASKED, found.T, strict=True):
        print(f"| {asked} | {column.min():.2f} | {column.max():.2f} |")
    rank = spearmanr(np.tile(ASKED, len(scans)), found.ravel()).statistic
    error = 100 * np.abs(found / ASKED - 1).max()
    print(f"\n{len(scans)} scans: rank correlation {rank:.3f}, error at most {error:.1f} %")


if __name__ == "__main__":
    main()
