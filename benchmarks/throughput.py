"""How fast ``claim-aug generate`` goes over a data set, and what it costs: workers, length of a run, one model load.

    python benchmarks/throughput.py                  # whole: some forty minutes on two idle cores
    python benchmarks/throughput.py --quick          # a minute or two, to see that it runs
    python benchmarks/throughput.py --only gpu       # slices per second of ddpm on the fastest device

Samples per second are counted from where the plan is made to the last sample, so that a start of Python does not count,
but reading scans and weights and starting workers does. Memory is the peak of the process, from the operating system.
CPU time does not depend on what else the computer does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "claim_aug")


@dataclass(frozen=True)
class Measured:
    """One command.

    Attributes:
        samples: number of samples that it made.
        seconds: time of the whole command.
        per_second: samples per second from the plan to the last one.
        peak_mb: peak memory of the process, MB.
        cpu: CPU time of the process from the plan to the last sample, seconds; that of its workers is not in it.
    """

    samples: int
    seconds: float
    per_second: float
    peak_mb: float
    cpu: float


def measured(*arguments: object) -> Measured:
    """Run a command of ``claim-aug generate`` on a data set and watch its events."""
    began, times, cpu = time.perf_counter(), [], []
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [*COMMAND, "generate", *map(str, arguments), "--labels", "phantom", "--json"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert run.stdout is not None
    for line in run.stdout:
        if json.loads(line)["event"] in ("start", "sample"):
            times.append(time.perf_counter())
            cpu.append(cpu_seconds(run.pid))
    _, status, usage = os.wait4(run.pid, 0)
    assert status == 0, command
    samples, spent = len(times) - 1, times[-1] - times[0]
    whole = time.perf_counter() - began
    return Measured(samples, whole, samples / spent, usage.ru_maxrss / 1024, cpu[-1] - cpu[0])


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used so far, seconds, as Linux counts it; 0 of one that has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def claim_aug(*arguments: object) -> None:
    """Run a command."""
    subprocess.run([*COMMAND, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def workers(folder: Path, samples: int, generators: dict[str, str]) -> None:
    """One worker and two, each in processes of their own."""
    print("\n| generator | samples | 1 worker, /s | 2 workers, /s | times as fast | whole command, s |")
    print("|---|---|---|---|---|---|")
    for name, generator in generators.items():
        found = []
        for count in (1, 2):
            options = ("--executor", "processes", "--workers", count, "-n", samples // 4, "--only", "Case_00[0-3]")
            found.append(measured(folder / "scans", folder / f"w{name}{count}", "--generator", generator, *options))
        one, two = found
        cells = (name, one.samples, f"{one.per_second:.2f}", f"{two.per_second:.2f}")
        more = (f"{two.per_second / one.per_second:.2f}", f"{one.seconds:.0f}, {two.seconds:.0f}")
        print("|", " | ".join(map(str, cells + more)), "|", flush=True)


def length(folder: Path, sizes: dict[int, str], generators: dict[str, str]) -> None:
    """Runs of different length: ten samples of each case, and more and more cases.

    All cases are one patient under other names, so that runs differ in nothing but their length.
    """
    copies = folder / "copies"
    copies.mkdir()
    for number in range(100):
        (copies / f"Case_{number:03d}").symlink_to(folder / "scans" / "Case_000")
    print("\n| generator | samples | s per sample | CPU s per sample | peak MB |\n|---|---|---|---|---|")
    for name, generator in generators.items():
        for size, only in sizes.items():
            out = folder / f"l{name}{size}"
            found = measured(copies, out, "--generator", generator, "-n", 10, "--only", only)
            spent = (1 / found.per_second, found.cpu / found.samples)
            cells = (name, found.samples, *(f"{value:.4f}" for value in spent), f"{found.peak_mb:.0f}")
            print("|", " | ".join(map(str, cells)), "|", flush=True)


def one_run(folder: Path, patients: int, per_case: int) -> None:
    """``ddpm``: one run over patients against a call for each."""
    claim_aug("phantom", folder / "patients", "-n", patients)
    began = time.perf_counter()
    for case in sorted((folder / "patients").iterdir()):
        scan = [case / part / f"{case.name}.nii.gz" for part in ("Images", "Contours")]
        claim_aug("generate", *scan, folder / "calls", "--labels", "phantom", "-n", per_case)
    calls = time.perf_counter() - began
    print("\n| ddpm | samples | s | of the calls |\n|---|---|---|---|")
    print(f"| {patients} calls, with their previews | {patients * per_case} | {calls:.0f} | 1 |", flush=True)
    for count in (1, 2):
        found = measured(folder / "patients", folder / f"run{count}", "-n", per_case, "--workers", count)
        share = found.seconds / calls
        print(f"| one run, {count} worker(s) | {found.samples} | {found.seconds:.0f} | {share:.2f} |", flush=True)


def slices_per_second(folder: Path, samples: int) -> None:
    """``ddpm`` on the fastest device: slices that it paints, and what share of the time the network takes."""
    import torch

    from claim_aug.generators.diffusion.generator import DiffusionGenerator

    device = DiffusionGenerator().device
    name = torch.cuda.get_device_name() if device == "cuda" else f"{device}, {torch.get_num_threads()} threads"
    print("\n| device | workers | samples | slices | slices per second | whole command, s |\n|---|---|---|---|---|---|")
    for count in (1, 2, 4, 8) if device == "cuda" else (1, 2):
        out = folder / f"gpu{count}"
        options = ("-n", samples // 4, "--only", "Case_00[0-3]", "--executor", "processes", "--workers", count)
        found = measured(folder / "scans", out, *options)
        rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
        slices = sum(len(row["drawn"]["generator"]["seeds"]) for row in rows)
        speed = found.per_second * slices / found.samples
        print(f"| {name} | {count} | {found.samples} | {slices} | {speed:.1f} | {found.seconds:.0f} |", flush=True)
    print(f"\nnetwork alone, batches of 8 windows: {network_alone(device):.1f} windows per second")


def network_alone(device: str) -> float:
    """Windows per second that the network and its sampler give by themselves: the most that a run could reach."""
    from claim_aug import ScarSynthesizer
    from claim_aug.generators.diffusion.generator import paint_alone
    from claim_aug.phantom import make_phantom

    scans = [make_phantom(seed, scar=False) for seed in range(4)]
    synthesizer = ScarSynthesizer(generator="ddpm", labels="phantom", burden=20)
    given = [{"image": scan.image, "labels": scan.labels, "affine": scan.affine} for scan in scans]
    jobs = [job for one, scan in enumerate(given) for job in synthesizer._prepare(**scan, seed=one).jobs]
    generator = synthesizer.backends[1]
    prepared = [generator.prepare(job, generator.network(), generator.sample_parameters) for job in jobs]
    tasks = [task for one in prepared for task in one.tasks]

    def paint() -> None:
        list(generator.paint_slices(generator.network(), tasks, paint_alone))

    paint()
    began = time.perf_counter()
    for _ in range(3):
        paint()
    return 3 * len(tasks) / (time.perf_counter() - began)


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it runs")
    parser.add_argument("--only", choices=("workers", "length", "ddpm", "gpu"), help="one table alone")
    parser.add_argument("--patients", type=int, help="patients of the ddpm table; 45 by default")
    arguments = parser.parse_args()
    quick = arguments.quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claim_aug("phantom", folder / "scans", "-n", 4, "--scar")
        if arguments.only in (None, "workers", "length"):
            claim_aug("bank", "build", folder / "scans", folder / "bank.safetensors", "--labels", "phantom")
        generators = {"signal": "signal", "transplant": f"transplant:{folder / 'bank.safetensors'}"}
        if arguments.only in (None, "workers"):
            workers(folder, 40 if quick else 800, generators)
        if arguments.only in (None, "length"):
            sizes = {10: "Case_000", 100: "Case_00*", 1000: "*"}
            length(folder, dict(list(sizes.items())[:1]) if quick else sizes, generators)
        if arguments.only in (None, "ddpm"):
            one_run(folder, arguments.patients or (2 if quick else 45), 2 if quick else 5)
        if arguments.only in (None, "gpu"):
            slices_per_second(folder, 8 if quick else 200)


if __name__ == "__main__":
    main()
