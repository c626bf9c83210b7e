"""What ``claim-aug evaluate`` says of the generators, and how often it condemns real scar.

    python benchmarks/evaluation.py DATASET OUT
    python benchmarks/evaluation.py DATASET --halves 20

DATASET is a folder of labelled scans with EMIDEC's label values, such as its PNG slices. The first command generates
one sample of every scan by each generator into OUT and judges it against DATASET. ``transplant`` learns from the half
of the patients that it does not paint. What OUT holds already is not made again.

The second deals the patients with scar to two folds. From random halves of one fold it prints what 19 of 20 keep to,
which is what ranges may rest on; from random halves of the other, how often real scar is called worth training on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from patients import lay_out

from claim_aug import Evaluation, evaluate
from claim_aug.data.dataset import Skipped, find_cases
from claim_aug.data.scan_set import read_scan_set
from claim_aug.evaluation.evaluate_sets import evaluate_sets
from claim_aug.evaluation.metric import Metric
from claim_aug.evaluation.realism import patient_folds
from claim_aug.evaluation.resampling import PERMUTATIONS, Scars
from claim_aug.jobs.evaluate import judged, judges
from claim_aug.segmentation import SHIPPED

FOLDS = 2


def generated(generator: str, dataset: Path, out: Path) -> Path:
    """The folder of one sample of every scan of DATASET."""
    folder = out / generator
    for fold in range(FOLDS):
        part = out / f"fold{fold}"
        if not part.is_dir():
            lay_out(find_cases(dataset), part, FOLDS, fold)
        painter = generator
        if generator == "transplant":
            bank = part / "bank.safetensors"
            if not bank.is_file():
                claim_aug("bank", "build", part / "train", bank)
            painter = f"transplant:{bank}"
        half = folder / f"half{fold}"
        options = ("--generator", painter, "--per-case", 1, "--existing", "replace", "--quiet")
        claim_aug("generate", part / "test", half, *options)
        for kind in ("images", "labels", "sidecars"):
            shutil.copytree(half / kind, folder / "both" / kind, dirs_exist_ok=True)
    return folder / "both"


def claim_aug(*arguments: object) -> None:
    """Run a command of claim-aug; cases that cannot be used are no failure."""
    done = subprocess.run([sys.executable, "-m", "claim_aug", *map(str, arguments)], check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.returncode)


def cell(metric: Metric) -> str:
    """A number with its interval; bold where it is not fine, in brackets where chance could give it."""
    if metric.value is None:
        return ""
    text = f"{metric.value:.2f}"
    if metric.low is not None and metric.high is not None:
        text += f" ({metric.low:.2f} to {metric.high:.2f})"
    if metric.verdict == "too few to tell":
        return f"[{text}]"
    return text if metric.verdict == "fine" else f"**{text}**"


def print_table(found: dict[str, Evaluation]) -> None:
    """A row for every metric, a column for every generator."""
    print(f"| metric | {' | '.join(f'`{name}`' for name in found)} |\n|---|{'---|' * len(found)}")
    first = next(iter(found.values()))
    for metric in first.metrics:
        print(f"| `{metric.name}` | {' | '.join(cell(one[metric.name]) for one in found.values())} |")
    for name, one in found.items():
        print(f"\n`{name}`: {one.scans['synthetic']} scans, {one.slices['synthetic']} slices. {one.sentence}")


def halves(scars: Scars, count: int, seed: int, permutations: int = PERMUTATIONS) -> Iterator[Evaluation]:
    """Random halves of the patients, one judged against the other."""
    for number in range(count):
        order = np.random.default_rng((seed, number)).permutation(len(scars))
        one, other = ([scars[place] for place in sorted(part)] for part in np.array_split(order, 2))
        metrics, _ = evaluate_sets(one, other, leaks=(), seed=number, resamples=20, permutations=permutations)
        yield Evaluation("half", "other", {}, {}, {}, metrics)


def print_ranges(found: Sequence[Evaluation]) -> None:
    """What 19 of 20 halves keep to, of the metrics that compare sets."""
    print("| metric | median | 5-95 % |\n|---|---|---|")
    for metric in found[0].metrics:
        values = [one[metric.name].value for one in found]
        if metric.chance is not None:
            low, middle, high = np.percentile([value for value in values if value is not None], [5, 50, 95])
            print(f"| `{metric.name}` | {middle:.2f} | {low:.2f} to {high:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--generators", default="signal,transplant,ddpm", help="names, separated by commas")
    parser.add_argument("--halves", type=int, default=0, metavar="N", help="judge N random halves of real scar instead")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.halves:
        tools, skipped = judges(SHIPPED), Skipped()
        scars = [scar for scan in read_scan_set(arguments.dataset) for _, _, scar in judged(scan, tools, skipped)]
        fold = patient_folds(np.array([scar.patient for scar in scars]), FOLDS, 0)
        parts = [[scar for scar, own in zip(scars, fold, strict=True) if own == number] for number in range(FOLDS)]
        print(f"{len(parts[0])} patients to set ranges with\n")
        print_ranges(list(halves(parts[0], arguments.halves, 0, permutations=1)))
        verdicts = [one.sentence for one in halves(parts[1], arguments.halves, 1)]
        condemned = [sentence for sentence in verdicts if not sentence.startswith("Worth training on")]
        good = len(verdicts) - len(condemned)
        print(
            f"\n{len(parts[1])} other patients: {good} of {len(verdicts)} halves are worth training on. The others:\n"
        )
        print("\n".join(f"- {sentence}" for sentence in condemned))
        return
    if arguments.out is None:
        parser.error("OUT is needed to generate into")
    found = {}
    for generator in arguments.generators.split(","):
        found[generator] = evaluate(generated(generator, arguments.dataset, arguments.out), arguments.dataset)
        print(f"{generator}: {found[generator].sentence}", file=sys.stderr, flush=True)
    print_table(found)


if __name__ == "__main__":
    main()
