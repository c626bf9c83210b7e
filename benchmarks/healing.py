"""Whether healed wall can be told from wall that never had a scar: ``python benchmarks/healing.py DATASET``.

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. In the healthy wall of every
patient a scar of ``smile`` is thought, and the wall there is healed as if it had been one. A network is asked which is
which, by patient; the mean of the healed wall is compared with that of the same wall before, in SD of remote
myocardium, and so is the spread of its voxels.
"""

from __future__ import annotations

import argparse
import os
import warnings
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from claim_aug.anatomy.slices import slices_with
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.errors import AnatomyError
from claim_aug.evaluation.crops import Crop, lv_crop
from claim_aug.evaluation.realism import realism
from claim_aug.generators.healing import heal, healed_region
from claim_aug.measures.remote import remote_myocardium
from claim_aug.priors.smile import SmilePrior

#: Fewer voxels of a slice say little.
FEWEST = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--slices", type=int, default=3, help="at most so many of a patient")
    parser.add_argument("--seeds", type=int, default=4, help="networks that are asked; their mean is shown")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    real: list[Crop] = []
    healed: list[Crop] = []
    patients: list[str] = []
    apart: list[tuple[float, float]] = []
    cases = iter_cases(find_cases(arguments.dataset), "emidec", look_in_image=False, warn=False)
    for number, (case, anatomy) in enumerate(cases):
        rng = np.random.default_rng(number)
        image = case.region(anatomy)
        try:
            thought = SmilePrior().sample(anatomy, rng)
        except AnatomyError:
            continue
        heart = replace(anatomy, infarct=anatomy.infarct | thought.infarct, mvo=anatomy.mvo | thought.mvo)
        region = healed_region(heart) & anatomy.healthy & ~healed_region(anatomy)
        new = heal(image, heart, region | healed_region(anatomy), rng)
        new = np.where(region, new, image)
        remote = remote_myocardium(image, heart)
        if remote is None:
            continue
        shown = replace(anatomy, infarct=region, mvo=np.zeros_like(region))
        kept = [pair for pair in slices_with(region, shown) if pair[0].infarct.sum() >= FEWEST]
        for part_of, part in kept[: arguments.slices]:
            real.append(lv_crop(image[part], part_of, part_of.infarct))
            healed.append(lv_crop(new[part], part_of, part_of.infarct))
            patients.append(case.name)
            before, after = (array[part][part_of.infarct] for array in (image, new))
            apart.append(((after.mean() - before.mean()) / remote.sd, after.std() / before.std()))
    found = [realism(real, healed, patients, seed=seed) for seed in range(arguments.seeds)]
    auc, low, high = (float(np.mean([getattr(one, name) for one in found])) for name in ("auc", "low", "high"))
    mean, spread = np.array(apart).T
    print(f"{len(set(patients))} patients, {len(real)} slices\n")
    print("| CNN AUC (95 %) | mean apart, SD of remote (5th-95th percentile) | spread over that of real wall |")
    print("|---|---|---|")
    ends = np.percentile(mean, [5, 95])
    low_spread, high_spread = np.percentile(spread, [5, 95])
    print(
        f"| {auc:.2f} ({low:.2f}-{high:.2f}) | {mean.mean():.2f} ({ends[0]:.2f} to {ends[1]:.2f}) | "
        f"{np.median(spread):.2f} ({low_spread:.2f}-{high_spread:.2f}) |"
    )


if __name__ == "__main__":
    main()
