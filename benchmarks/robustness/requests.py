"""Requests drawn at random over all options: each is met within its tolerance, or the sample says which was not.

    python benchmarks/robustness/requests.py 1000

Twenty anchored phantoms; burden, transmurality, extent, territory, segments, levels, MVO, grey zone and brightness,
each asked for in about half of the requests. A request that contradicts itself is refused, and counted apart.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from typing import Any

import numpy as np

from claim_aug import ScarSynthesizer
from claim_aug.errors import EmptyScarError, InputError
from claim_aug.measures.tissue import measure
from claim_aug.phantom import make_phantom
from claim_aug.priors.places import LEVELS, territory_segments

PHANTOMS = 20
#: By name of a realised number: name of the option, and its tolerance.
TOLERANCES = {
    "burden_percent": ("burden", 1.0),
    "transmurality_mean": ("transmurality", 0.06),
    "extent": ("extent", 0.06),
    "mvo_percent_of_scar": ("mvo", 6.0),
    "grey_zone_percent_of_scar": ("grey_zone", 6.0),
}
NOTED = {"mvo": "MVO ", "grey_zone": "grey zone "}


def draw_request(rng: np.random.Generator) -> dict[str, Any]:
    """Options, each there in about half of the requests."""
    every: dict[str, Any] = {
        "burden": float(rng.uniform(1, 50)),
        "transmurality": float(rng.uniform(0.2, 1)),
        "extent": float(rng.uniform(0.05, 0.7)),
        "territory": str(rng.choice(["LAD", "RCA", "LCX"])),
        "segments": tuple(map(int, rng.choice(np.arange(1, 17), int(rng.integers(1, 7)), replace=False))),
        "levels": tuple(map(str, rng.choice(["basal", "mid", "apical"], int(rng.integers(1, 3)), replace=False))),
        "mvo": float(rng.uniform(0, 0.4)),
        "grey_zone": float(rng.uniform(0, 0.4)),
        "brightness_ratio": float(rng.uniform(0.4, 2)),
    }
    return {name: value for name, value in every.items() if rng.random() < 0.45}


def unmet(asked: dict[str, Any], sample: Any, image: np.ndarray) -> list[str]:
    """Names of options that are not met and of which the sample says nothing."""
    real, note = sample.parameters["realised"], sample.parameters["note"] or ""
    slack = 100 / max(int(sample.infarct.sum() + sample.mvo.sum()), 1)
    found = []
    for key, (option, near) in TOLERANCES.items():
        scale = 100 if option in NOTED else 1
        off = abs(real[key] - scale * asked[option]) if option in asked else 0
        if off > near + (slack if option in NOTED else 0) and f"{NOTED.get(option, option + ' ')}" not in note:
            found.append(option)
    counts = {int(segment): count for segment, count in real["segment_voxels"].items()}
    allowed = set(asked.get("segments", range(1, 18)))
    allowed &= {one for level in asked.get("levels", LEVELS) for one in LEVELS[level]}
    strays = sum(count for segment, count in counts.items() if segment not in allowed)
    if strays:
        found.append("segments or levels")
    if "territory" in asked and "segments" not in asked:
        inside = sum(count for segment, count in counts.items() if segment in territory_segments(asked["territory"]))
        if inside < 0.8 * sum(counts.values()) and "territory" not in note:
            found.append("territory")
    if "brightness_ratio" in asked:
        tissue = measure(image[sample.anatomy.box].astype(float), sample.anatomy)
        relative = (sample.image - np.median(tissue.remote)) / np.median(tissue.contrast)
        reached = float(np.median(relative[sample.infarct]))
        if asked.get("grey_zone", 0) < 0.05 and not 0.5 < reached / asked["brightness_ratio"] < 1.5:
            found.append("brightness_ratio")
    return found


def main() -> None:
    """Draw requests, count what was met, named and refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    count = parser.parse_args().count
    warnings.simplefilter("ignore")
    scans = [make_phantom(seed, scar=False, shape=(112, 112, 8), spacing=(1.5, 1.5, 10.0)) for seed in range(PHANTOMS)]
    tally, silent = Counter(), Counter()
    for number in range(count):
        rng = np.random.default_rng((2026, number))
        asked, scan = draw_request(rng), scans[number % PHANTOMS]
        try:
            synthesizer = ScarSynthesizer(labels="phantom", **asked)
            sample = synthesizer.sample(scan.image, scan.labels, affine=scan.affine, seed=number)
        except (InputError, EmptyScarError):
            tally["refused"] += 1
            continue
        wrong = unmet(asked, sample, scan.image)
        silent.update(wrong)
        tally["not met, and silent" if wrong else "named" if sample.parameters["note"] else "met"] += 1
        if wrong:
            print(number, wrong, asked, sample.parameters["note"], sample.parameters["realised"])
    print("| met | named | refused, as it contradicts itself | not met, and silent |\n|---|---|---|---|")
    columns = ("met", "named", "refused", "not met, and silent")
    print(f"| {' | '.join(str(tally[name]) for name in columns)} |")
    sys.exit(bool(tally["not met, and silent"]))


if __name__ == "__main__":
    main()
