"""Runs over a data set that are disturbed: does the same command bring them to the same end, byte for byte?

    python benchmarks/robustness/runs.py 50

A run of 60 samples is killed with -9 when a drawn number of rows is in its manifest, or ended with SIGTERM, or fills a
tmpfs (as root alone), or has a truncated scan among its cases, or is made by two shards at once in one folder. Then the
same command runs again, whole. Counted is a run after which every file but ``manifest.jsonl`` and ``run.toml`` equals
that of a run that nobody disturbed, every row is there once and equal but for its seconds, and nothing hidden is left.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from claim_aug.phantom import make_phantom, write_emidec

#: What differs between runs that make the same samples: the order of rows and their seconds; where a run was.
OWN = ("manifest.jsonl", "run.toml")


@dataclass(frozen=True)
class Setting:
    """A data set and a run over it.

    Attributes:
        folder: folder for all that is made.
        scans: data set.
        per_case: number of samples of each case.
        cases: number of cases.
    """

    folder: Path
    scans: Path
    per_case: int
    cases: int

    @classmethod
    def make(cls, folder: Path, cases: int = 12, per_case: int = 5) -> Setting:
        """Phantoms, every second one with scar, and the run that nobody disturbs."""
        for number in range(cases):
            scan = make_phantom(number, scar=number % 2 == 1, shape=(72, 72, 4), spacing=(2.0, 2.0, 16.0))
            write_emidec(scan, folder / "scans", f"Case_{number:02d}")
        setting = cls(folder, folder / "scans", per_case, cases)
        assert setting.start(folder / "undisturbed").wait() == 0
        return setting

    def start(self, out: Path, *more: str, scans: Path | None = None) -> subprocess.Popen[bytes]:
        """A run that has begun."""
        command = [sys.executable, "-m", "claim_aug", "generate", str(scans or self.scans), str(out)]
        command += ["--labels", "phantom", "--generator", "signal", "-n", str(self.per_case), "--quiet", *more]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def total(self) -> int:
        """Number of samples of a run."""
        return self.cases * self.per_case

    def same(self, out: Path, without: str = "") -> bool:
        """Whether a run left what the undisturbed one did, but for the case ``without``."""
        files, rows = content(out)
        expected, all_rows = content(self.folder / "undisturbed")
        if without:
            all_rows = {key: row for key, row in all_rows.items() if row["case"] != without}
            expected = {name: data for name, data in expected.items() if without not in name}
            for found in (files, expected):
                found.pop("manifest.csv")
            files.pop("failed.csv", None)
        hidden = [path for path in out.iterdir() if path.name.startswith(".")]
        lines = (out / "manifest.jsonl").read_bytes().count(b"\n")
        return files == expected and rows == all_rows and len(rows) == lines and not hidden


def content(out: Path) -> tuple[dict[str, bytes], dict[str, dict]]:
    """Files of a run by their paths, and its rows without their seconds by their ids."""
    paths = [path for path in out.rglob("*") if path.is_file() and path.name not in OWN]
    rows = {}
    for line in (out / "manifest.jsonl").read_text().splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue  # torn when the process was killed
        rows[row["id"]] = {**row, "seconds": 0}
    return {str(path.relative_to(out)): path.read_bytes() for path in paths}, rows


def wait_for_rows(out: Path, count: int, run: subprocess.Popen[bytes]) -> None:
    """Wait until the manifest has so many rows, or the run has ended."""
    manifest = out / "manifest.jsonl"
    while run.poll() is None and (not manifest.exists() or manifest.read_bytes().count(b"\n") < count):
        time.sleep(0.002)


def ended_by(number: int) -> Callable[[Setting, np.random.Generator], bool]:
    """A disturbance by a signal in the middle of a run."""

    def disturb(setting: Setting, rng: np.random.Generator) -> bool:
        out, workers = setting.folder / "out", ["--workers", str(rng.integers(1, 3))]
        run = setting.start(out, *workers)
        wait_for_rows(out, int(rng.integers(setting.total)), run)
        time.sleep(rng.uniform(0, 0.05))
        run.send_signal(number)
        code = run.wait()
        # A run that had all but ended may end well, or by the signal itself once Python has let go of it.
        ended = (-number,) if (out / "manifest.jsonl").read_bytes().count(b"\n") == setting.total else ()
        orderly = number == signal.SIGKILL or code in (*ended, 0, 128 + number)
        tidy = number == signal.SIGKILL or not [path for path in out.iterdir() if path.name.startswith(".")]
        return orderly and tidy and setting.start(out, *workers).wait() == 0 and setting.same(out)

    return disturb


def full_disk(setting: Setting, rng: np.random.Generator) -> bool:
    """A tmpfs that fills; then it is made larger."""
    out = setting.folder / "small"
    out.mkdir()
    size = sum(path.stat().st_size for path in (setting.folder / "undisturbed").rglob("*"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={int(size * rng.uniform(0.2, 0.9))}", "tmpfs", str(out)]
    subprocess.run(mount, check=True)
    try:
        first = setting.start(out / "out").wait()
        whole = subprocess.run([sys.executable, "-m", "claim_aug", "verify", str(out / "out")], capture_output=True)
        subprocess.run(["mount", "-o", f"remount,size={8 * size + 2**24}", str(out)], check=True)
        again = setting.start(out / "out").wait()
        return (first, whole.returncode, again) == (1, 0, 0) and setting.same(out / "out")
    finally:
        subprocess.run(["umount", str(out)], check=True)
        out.rmdir()


def truncated(setting: Setting, rng: np.random.Generator) -> bool:
    """A scan that ends too early among good ones."""
    scans, name = setting.folder / "bad", f"Case_{rng.integers(setting.cases):02d}"
    shutil.copytree(setting.scans, scans)
    path = scans / name / str(rng.choice(["Images", "Contours"])) / f"{name}.nii.gz"
    path.write_bytes(path.read_bytes()[: int(rng.integers(path.stat().st_size - 10))])
    code = setting.start(setting.folder / "out", "--workers", str(rng.integers(1, 3)), scans=scans).wait()
    listed = (setting.folder / "out" / "failed.csv").read_text()
    shutil.rmtree(scans)
    return code == 3 and name in listed and setting.same(setting.folder / "out", without=name)


def two_shards(setting: Setting, rng: np.random.Generator) -> bool:
    """Two halves of a run at once in one folder."""
    runs = [setting.start(setting.folder / "out", "--shard", f"{number}/2") for number in (1, 2)]
    return [run.wait() for run in runs] == [0, 0] and setting.same(setting.folder / "out")


DISTURBANCES: dict[str, Callable[[Setting, np.random.Generator], bool]] = {
    "kill -9": ended_by(signal.SIGKILL),
    "SIGTERM": ended_by(signal.SIGTERM),
    "a tmpfs that fills": full_disk,
    "a truncated scan": truncated,
    "two shards at once": two_shards,
}


def main() -> None:
    """Disturb runs and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="runs that are killed; of the others a fifth, at least one")
    count = parser.parse_args().count
    lost = 0
    print("| disturbed by | runs | the same end |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        setting = Setting.make(Path(name))
        for kind, disturb in DISTURBANCES.items():
            tries = count if kind == "kill -9" else max(1, count // 5)
            if disturb is full_disk and os.geteuid() != 0:
                print(f"| {kind} | 0, as only root can mount one | |")
                continue
            held = 0
            for number in range(tries):
                held += disturb(setting, np.random.default_rng((2025, number)))
                shutil.rmtree(setting.folder / "out", ignore_errors=True)
            lost += tries - held
            print(f"| {kind} | {tries} | {held} |", flush=True)
    sys.exit(lost > 0)


if __name__ == "__main__":
    main()
