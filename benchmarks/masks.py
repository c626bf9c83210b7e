"""Whether ``smile`` draws what it is asked to draw: 1,000 masks on phantoms.

    python benchmarks/masks.py

Kolmogorov-Smirnov p of requested against realised distributions, the share of burdens met within a point, of sectors
that reach the endocardium, of MVO with a rim, and how different thirty masks of one case are.
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings

import numpy as np
from scipy import ndimage, stats

from claim_aug import LVAnatomy, ScarMask
from claim_aug.measures.shares import burden, extent, from_endocardium, transmurality
from claim_aug.phantom import make_phantom
from claim_aug.priors.base import realised
from claim_aug.priors.distributions import ACUTE
from claim_aug.priors.fit import measure
from claim_aug.priors.smile import SmilePrior


def ventricles(count: int) -> list[LVAnatomy]:
    """Healthy ventricles of phantoms with an RV label."""
    phantoms = [make_phantom(seed, scar=False, shape=(160, 160, 9), spacing=(1.5, 1.5, 10.0)) for seed in range(count)]
    return [LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine) for phantom in phantoms]


def drawn(prior: SmilePrior, hearts: list[LVAnatomy], count: int) -> list[tuple[ScarMask, LVAnatomy]]:
    """Masks, going round the ventricles."""
    rngs = (np.random.default_rng(seed) for seed in range(count))
    return [(prior.sample(heart, rng), heart) for heart, rng in zip(itertools.cycle(hearts), rngs, strict=False)]


def has_rim(mask: ScarMask) -> bool:
    """Whether every in-plane neighbour of MVO is scar."""
    return not (ndimage.binary_dilation(mask.mvo, np.ones((3, 3, 1))) & ~mask.scar).any()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1000, help="masks for each row")
    count = parser.parse_args().n
    warnings.simplefilter("ignore")
    hearts = ventricles(20)
    start = time.perf_counter()
    clinical = drawn(SmilePrior(), hearts, count)
    seconds = (time.perf_counter() - start) / count

    rows: dict[str, str] = {}
    sizes = [burden(mask.scar, heart) for mask, heart in clinical]
    expected = [ACUTE.draw_burden(np.random.default_rng(seed)) for seed in range(10 * count)]
    rows["burden, clinical: KS p"] = f"{stats.ks_2samp(sizes, expected).pvalue:.3f}"
    rows["burden quartiles, %LV"] = " / ".join(f"{value:.1f}" for value in np.percentile(sizes, [25, 50, 75]))
    asked = [mask.params["burden"] for mask, _ in clinical]
    rows["burden within 1 point"] = f"{np.mean(np.abs(np.subtract(sizes, asked)) <= 1):.1%}"
    depths = [transmurality(mask.scar, heart)[0] for mask, heart in clinical]
    asked_depths = [mask.params["target"]["transmurality"] for mask, _ in clinical]
    rows["transmurality, clinical: KS p"] = f"{stats.ks_2samp(depths, asked_depths).pvalue:.3f}"
    fixed = drawn(SmilePrior(burden=(5, 15), transmurality=(0.4, 0.8)), hearts, count)
    for name, got, law in (
        ("burden 5-15", [burden(mask.scar, heart) for mask, heart in fixed], stats.uniform(5, 10)),
        (
            "transmurality 0.4-0.8",
            [transmurality(mask.scar, heart)[0] for mask, heart in fixed],
            stats.uniform(0.4, 0.4),
        ),
    ):
        rows[f"{name}: KS p"] = f"{stats.kstest(got, law.cdf).pvalue:.3f}"
    wide = drawn(SmilePrior(extent=(0.1, 0.5), transmurality=0.6), hearts, count)
    extents = [extent(mask.scar, heart) for mask, heart in wide]
    rows["extent 0.1-0.5: KS p"] = f"{stats.kstest(extents, stats.uniform(0.1, 0.4).cdf).pvalue:.3f}"
    culprits = np.array(
        [[mask.params["territory"] == artery for artery in ("LAD", "RCA", "LCX")] for mask, _ in clinical]
    )
    share = np.array(ACUTE.culprit)
    rows["culprits: chi-square p"] = f"{stats.chisquare(culprits.sum(0), share * count).pvalue:.3f}"
    confined = drawn(SmilePrior(segments=[1, 2, 7, 8]), hearts, count // 5)
    rows["segments asked for: voxels inside"] = (
        f"{np.mean([np.isin(heart.segment[mask.scar], [1, 2, 7, 8]).mean() for mask, heart in confined]):.1%}"
    )
    rows["sectors that reach the endocardium"] = (
        f"{np.mean([from_endocardium(mask.scar, heart, within=0.1) for mask, heart in clinical]):.1%}"
    )
    cores = [mask for mask, _ in clinical if mask.mvo.any()]
    rows[f"MVO with a rim of infarct ({len(cores)} masks)"] = f"{np.mean([has_rim(mask) for mask in cores]):.1%}"
    thirty = [SmilePrior().sample(hearts[0], np.random.default_rng(seed)) for seed in range(30)]
    sets = {tuple(realised(mask, hearts[0])["segments"]) for mask in thirty}
    pairs = [
        2 * (one.scar & other.scar).sum() / (one.scar.sum() + other.scar.sum())
        for one, other in itertools.combinations(thirty, 2)
    ]
    rows["thirty masks of one case: segment sets, mean Dice"] = f"{len(sets)}, {np.mean(pairs):.2f}"
    rows["parts, mean"] = f"{np.mean([measure_parts(mask, heart) for mask, heart in clinical]):.2f}"
    rows["milliseconds a mask"] = f"{1000 * seconds:.1f}"
    print("| what | value |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


def measure_parts(mask: ScarMask, heart: LVAnatomy) -> int:
    """Connected parts, as the fit counts them."""
    from dataclasses import replace

    return measure(replace(heart, infarct=mask.infarct, mvo=mask.mvo)).parts


if __name__ == "__main__":
    main()
