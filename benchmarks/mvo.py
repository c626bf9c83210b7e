"""How bright MVO is, as a share of the infarct around it: of patients, and of generators that paint it into normals.

    python benchmarks/mvo.py DATASET --generators signal,ddpm

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. 0 is remote myocardium, 1 the
infarct of the same slice.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug import ScarSynthesizer
from claim_aug.data.dataset import find_cases

REMOTE, INFARCT, MVO = 2, 3, 4
#: Voxels of MVO and infarct that a slice needs to be looked at, and of remote myocardium.
FEWEST, FEWEST_REMOTE = 8, 20
NORMALS = 12
QUANTILES = (10, 25, 50, 75, 90)


def mvo_intensity(image: NDArray[Any], labels: NDArray[Any]) -> Iterator[float]:
    """Relative intensity of MVO in every slice that shows enough of it; arrays are (I, J, K)."""
    for plane, values in zip(np.moveaxis(image, 2, 0), np.moveaxis(labels, 2, 0), strict=True):
        counts = [(values == value).sum() for value in (REMOTE, INFARCT, MVO)]
        if counts[0] >= FEWEST_REMOTE and min(counts[1:]) >= FEWEST:
            remote, infarct, mvo = (np.median(plane[values == value]) for value in (REMOTE, INFARCT, MVO))
            yield float((mvo - remote) / (infarct - remote))


def row(name: str, found: list[float]) -> str:
    spread = " / ".join(f"{value:.2f}" for value in np.percentile(found, QUANTILES))
    return f"| {name} | {len(found)} | {spread} | {100 * np.mean(np.array(found) >= 1):.0f} % |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--generators", default="signal,ddpm")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    cases = find_cases(arguments.dataset)
    print(
        f"| MVO of | slices | relative intensity, {' / '.join(map(str, QUANTILES))} % | 1 or more |\n|---|---|---|---|"
    )
    print(row("patients", [one for case in cases for one in mvo_intensity(case.image.astype(float), case.labels)]))
    normals = [case for case in cases if not (case.labels >= INFARCT).any()][:NORMALS]
    for name in arguments.generators.split(","):
        synthesizer = ScarSynthesizer("smile", name, labels="emidec", burden=(15, 35), mvo=(0.1, 0.4))
        made = [
            synthesizer.sample(
                case.image, case.labels, seed=seed, anatomy=case.ventricle("emidec", look_in_image=False)
            )
            for seed, case in enumerate(normals)
        ]
        found = [one for sample in made for one in mvo_intensity(sample.image.astype(float), sample.labels)]
        print(row(f"`{name}`", found))


if __name__ == "__main__":
    main()
