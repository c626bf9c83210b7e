"""How long ``claim-aug evaluate`` takes and what memory it needs: phantoms against phantoms.

    python benchmarks/evaluation_cost.py --scans 18 36 72

Each row is a process of its own: so many phantoms with scar of seven slices, compared with as many others. Memory is
the peak of the process, and how much more that is than of one which judges two scans.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from claim_aug.phantom import make_phantom, write_emidec

SHAPE, SPACING = (112, 112, 7), (1.5, 1.5, 11.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, nargs="+", default=[18, 36, 72], metavar="N", help="scans of each set")
    parser.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.judge:
        judge(arguments.judge)
        return
    columns = ("scans", "slices with scar", "seconds", "CPU seconds", "peak memory, MB", "more than for two scans")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    least = None
    for count in (2, *arguments.scans):
        with tempfile.TemporaryDirectory() as folder:
            for number in range(2 * count):
                kind = ("synthetic", "real")[number % 2]
                scan = make_phantom(number, scar=True, shape=SHAPE, spacing=SPACING)
                write_emidec(scan, Path(folder, kind), f"Case_{number}")
            command = [sys.executable, __file__, "--judge", folder]
            slices, seconds, cpu, peak = subprocess.run(
                command, capture_output=True, text=True, check=True
            ).stdout.split()
        least = least or float(peak)
        if count > 2:
            print(f"| {count} | {slices} | {seconds} | {cpu} | {peak} | {float(peak) - least:.0f} |", flush=True)


def judge(folder: Path) -> None:
    """Judge one set, and print slices, seconds and peak memory."""
    from claim_aug import evaluate

    warnings.simplefilter("ignore")
    start = time.perf_counter()
    found = evaluate(folder / "synthetic", folder / "real", labels="phantom")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, cpu = time.perf_counter() - start, time.process_time()
    print(found.slices["synthetic"], f"{seconds:.0f}", f"{cpu:.0f}", f"{peak:.0f}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
