"""Whether healed wall can be told from wall that never had a scar: ``python benchmarks/healing.py DATASET``.

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. In the healthy wall of every
patient a scar of ``smile`` is thought, and the wall there is healed as if it had been one. A network is asked which is
which, by patient; the mean of the healed wall is compared with that of the same wall before, in SD of remote
myocardium, and so is the spread of its voxels.
"""

from __future__ import annotations

import argparse
import itertools
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.anatomy.slices import slices_with
from claim_aug.border import Border
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.errors import AnatomyError
from claim_aug.evaluation.crops import Crop, lv_crop
from claim_aug.evaluation.realism import realism
from claim_aug.generators.healing import healed_region
from claim_aug.measures.remote import remote_myocardium
from claim_aug.priors.smile import SmilePrior

#: Fewer voxels of a slice say little.
FEWEST = 20


@dataclass(frozen=True)
class Pair:
    """A slice whose wall is shown as it is and healed.

    Attributes:
        patient: name of the patient.
        real, healed: crops of the slice, (2, size, size).
        apart: mean of the healed wall over that of the real one, in SD of remote myocardium.
        spread: standard deviation of the healed wall over that of the real one.
    """

    patient: str
    real: Crop
    healed: Crop
    apart: float
    spread: float


def healed_pairs(case: Case, anatomy: LVAnatomy, healer: Border, rng: np.random.Generator) -> Iterator[Pair]:
    """The slices of a patient whose healthy wall is healed where a scar of ``smile`` would be."""
    image, nothing = case.region(anatomy), np.zeros_like(anatomy.wall)
    try:
        thought = SmilePrior().sample(anatomy, rng)
    except AnatomyError:  # hardly any healthy wall
        return
    heart = replace(anatomy, infarct=anatomy.scar | thought.scar, mvo=nothing)
    region = healed_region(heart) & ~healed_region(anatomy)
    new = np.where(region, healer.heal(image, heart, healed_region(heart), rng), image)
    remote = remote_myocardium(image, heart)
    if remote is None:
        return
    for slice_, part in slices_with(region, replace(anatomy, infarct=region, mvo=nothing)):
        mask = slice_.infarct
        if mask.sum() >= FEWEST:
            before, after = image[part][mask], new[part][mask]
            crops = (lv_crop(array[part], slice_, mask) for array in (image, new))
            yield Pair(case.name, *crops, (after.mean() - before.mean()) / remote.sd, after.std() / before.std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="ddpm,signal", help="those that heal; signal leaves it to the wall")
    parser.add_argument("--slices", type=int, default=3, help="at most so many of a patient")
    parser.add_argument("--seeds", type=int, default=4, help="networks that are asked; their mean is shown")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| healed by | slices | CNN AUC (95 %) | mean apart, SD of remote | spread over that of real wall |")
    print("|---|---|---|---|---|")
    for generator in arguments.generators.split(","):
        healer = ScarSynthesizer(generator=generator).border("generator")
        cases = iter_cases(find_cases(arguments.dataset), "emidec", look_in_image=False, warn=False)
        pairs: list[Pair] = []
        for number, (case, anatomy) in enumerate(cases):
            of_case = healed_pairs(case, anatomy, healer, np.random.default_rng(number))
            pairs += itertools.islice(of_case, arguments.slices)
        sets = [pair.real for pair in pairs], [pair.healed for pair in pairs], [pair.patient for pair in pairs]
        found = [realism(*sets, seed=seed) for seed in range(arguments.seeds)]
        auc, low, high = (float(np.mean([getattr(one, name) for one in found])) for name in ("auc", "low", "high"))
        apart = np.percentile([pair.apart for pair in pairs], [50, 5, 95])
        spread = np.percentile([pair.spread for pair in pairs], [50, 5, 95])
        columns = (f"{middle:.2f} ({lowest:.2f} to {highest:.2f})" for middle, lowest, highest in (apart, spread))
        print(f"| {generator} | {len(pairs)} | {auc:.2f} ({low:.2f}-{high:.2f}) | {' | '.join(columns)} |", flush=True)


if __name__ == "__main__":
    main()
