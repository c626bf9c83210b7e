"""Runs that are killed while their files take their places: is a pair ever of two runs, and does the next run mend it?

    python benchmarks/robustness/kills.py 200

A set of samples is written, then written again with another seed and ``--overwrite``, with renames slowed down so that
there is time to kill it among them: with -9, or with SIGTERM, at a moment drawn from a seed. Then the second command
runs once more, whole. Counted is a kill after which no pair was of two runs, and the set that the last run left is byte
for byte that of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import nibabel as nib
import numpy as np

from claim_aug.cli import app
from claim_aug.data import commit
from claim_aug.phantom import make_phantom

SAMPLES, DELAY_S = 6, 0.004
SIGNALS = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM}


def generate(folder: Path, out: Path, seed: int) -> int:
    """Exit code of a run that writes a set, replacing what is there."""
    scan = (f"{folder}/image.nii", f"{folder}/labels.nii", str(out))
    sys.argv = ["claim-aug", "generate", *scan, "--labels", "phantom", "--generator", "signal", "--no-preview"]
    sys.argv += ["-n", str(SAMPLES), "--seed", str(seed), "--overwrite"]
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere), warnings.catch_warnings():
        return app.run()


def hashes(out: Path) -> dict[str, str]:
    """Hash of every file that is not hidden, by its path."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    shown = [path for path in files if not any(part.startswith(".") for part in path.relative_to(out).parts)]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in shown}


def disturbed(folder: Path, out: Path, rng: np.random.Generator, number: int) -> bool:
    """Start the second run in a process of its own and end it while files move; returns whether they had begun to."""
    process = os.fork()
    if process == 0:
        rename = commit.rename

        def slowly(source: Path, target: Path) -> None:
            time.sleep(DELAY_S)
            rename(source, target)

        commit.rename = slowly
        signal.signal(signal.SIGTERM, app.end)
        code = 1
        with contextlib.suppress(SystemExit):
            code = generate(folder, out, 1)
        os._exit(code)
    journal, until = out / ".claim-aug" / commit.JOURNAL, time.monotonic() + 20
    while not journal.exists() and time.monotonic() < until:
        time.sleep(0.0005)
    began = journal.exists()
    time.sleep(rng.uniform(0, 2 * 3 * SAMPLES * DELAY_S))
    os.kill(process, number)
    os.waitpid(process, 0)
    return began


def main() -> None:
    """Disturb a number of runs and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    count = parser.parse_args().count
    tried, held, partial = Counter(), Counter(), Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan = make_phantom(3, scar=False, shape=(72, 72, 4), spacing=(2.0, 2.0, 16.0))
        for role, array in (("image", scan.image), ("labels", scan.labels)):
            nib.save(nib.Nifti1Image(array.astype(np.int16), scan.affine), folder / f"{role}.nii")
        for seed in (0, 1):
            assert generate(folder, folder / f"set{seed}", seed) == 0
        sets = [hashes(folder / f"set{seed}") for seed in (0, 1)]
        for number in range(count):
            rng = np.random.default_rng((2025, number))
            kind = list(SIGNALS)[number % len(SIGNALS)]
            out = folder / "out"
            shutil.copytree(folder / "set0", out)
            tried[kind] += disturbed(folder, out, rng, SIGNALS[kind])
            found = hashes(out)
            runs = [{seed for seed in (0, 1) if sets[seed].get(path) == own} for path, own in found.items()]
            one_run = bool(not found or set.intersection(*runs))
            partial[kind] += found not in sets
            mended = generate(folder, out, 1) == 0 and hashes(out) == sets[1]
            clean = not [path for path in out.iterdir() if path.name.startswith(".")]
            held[kind] += one_run and mended and clean
            shutil.rmtree(out)
    print("| ended by | while files moved | held | incomplete until the next run |\n|---|---|---|---|")
    for kind in SIGNALS:
        print(f"| {kind} | {tried[kind]} | {held[kind]} | {partial[kind]} |")
    sys.exit(sum(held.values()) < count)


if __name__ == "__main__":
    main()
