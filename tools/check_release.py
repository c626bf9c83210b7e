"""Try what would be released as a user would: ``python tools/check_release.py [--extras] [--lowest] [--python PATH]``.

A wheel is built and installed into environments of their own, never into this one. With ``--extras`` each extra is
installed alone and tried; with ``--lowest`` the oldest releases that the wheel allows are installed, of the extras,
too; with ``--python`` it is another interpreter that is used. PyTorch is installed in the version that is installed
here; where there is no such wheel for an interpreter, ``--without-torch`` tries what does without it.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What each extra is for, in one command. ``python`` and ``claim-aug`` are those of its environment.
TRIALS = {
    "": ["claim-aug", "generate", "--demo", "out", "-n", "1", "--no-preview"],
    "torchio": ["python", "-c", "from claim_aug.integrations.torchio import ScarSynthesizer as S; S('image', 'label')"],
    "monai": ["python", "-c", "from claim_aug.integrations.monai import ScarSynthesizerd as S; S('image', 'label')"],
    "albumentations": ["python", "-c", "from claim_aug.integrations.albumentations import ScarSynthesizer as S; S()"],
    "nnunet": ["python", "-c", "import claim_aug.integrations.nnunet.transform"],
    "lightning": ["python", "-c", "import claim_aug.integrations.lightning"],
    "ignite": ["python", "-c", "import claim_aug.integrations.ignite"],
    "evaluate": ["claim-aug", "evaluate", "scans", "--labels", "phantom", "--segmenter", "none", "--out", "judged"],
    "ray": ["python", "-c", "from claim_aug.optional import need; need('ray', 'ray')"],
}
#: What does without PyTorch.
LIGHT = (
    ["claim-aug", "--help"],
    ["claim-aug", "--version"],
    ["python", "-c", "from claim_aug import LabelScheme, ScarSynthesizer; ScarSynthesizer(labels='emidec', burden=20)"],
)
#: Phantoms with scar that the trials are about.
PREPARED = ["claim-aug", "phantom", "scans", "-n", "2", "--scar", "--seed", "4"]


def main() -> int:
    """Do what was asked for; says what was tried, and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extras", nargs="*", help="try these extras, each alone; without a name all of them")
    parser.add_argument("--lowest", action="store_true", help="install the oldest releases that are allowed")
    parser.add_argument("--python", default=sys.executable, help="interpreter to try")
    parser.add_argument("--without-torch", action="store_true", help="try what does without PyTorch")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheel = build_wheel(work)
        failed = list(failures(asked, wheel, work))
    print("all of it works" if not failed else f"failed: {', '.join(failed)}")
    return len(failed) > 0


def failures(asked: argparse.Namespace, wheel: Path, work: Path) -> Iterator[str]:
    """Try everything; gives what failed."""
    base = environment(asked.python, work / "base")
    needed = dependencies(wheel, lowest=asked.lowest)
    if asked.without_torch:
        needed = [one for one in needed if not one.startswith(("torch", "accelerate", "diffusers"))]
    else:
        pip(base, f"torch=={importlib.metadata.version('torch').partition('+')[0]}")
    pip(base, *needed)
    pip(base, "--no-deps", str(wheel))
    print(f"{asked.python}: {versions(base, needed)}")
    if asked.without_torch:
        yield from (" ".join(command) for command in LIGHT if not works(base, command, work))
        return
    for command in (PREPARED, TRIALS[""], *LIGHT):
        if not works(base, command, work):
            yield " ".join(command)
    if asked.extras is None:
        return
    for extra in asked.extras or [name for name in TRIALS if name]:
        if not refuses(base, extra, work):
            yield f"{extra}, which is not named where it is missing"
        own = copied(base, work / extra)
        pip(own, f"{wheel}[{extra}]", *dependencies(wheel, extra, lowest=asked.lowest))
        if not works(own, TRIALS[extra], work):
            yield extra
        shutil.rmtree(own)


def build_wheel(out: Path) -> Path:
    """The wheel of this checkout."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(out),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (wheel,) = out.glob("*.whl")
    return wheel


def environment(python: str, folder: Path) -> Path:
    """A fresh environment."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    return folder


def copied(base: Path, folder: Path) -> Path:
    """An environment with all that another one has, of links where the disk allows."""
    shutil.copytree(base, folder, symlinks=True, copy_function=os.link)
    for script in (folder / "bin").glob("claim-aug*"):
        text = script.read_text(encoding="utf-8")
        script.unlink()  # it is a link: the script of the other environment stays
        script.write_text(text.replace(str(base), str(folder)), encoding="utf-8")
        script.chmod(0o755)
    return folder


def pip(environment: Path, *arguments: str) -> None:
    """Install into an environment; with uv where that is installed, which is quicker."""
    python = str(environment / "bin" / "python")
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    subprocess.run([*install, "--quiet", *arguments], check=True)


def dependencies(wheel: Path, extra: str = "", *, lowest: bool) -> list[str]:
    """What a wheel needs beside PyTorch, or what one of its extras does, in the oldest release if that is asked for."""
    (distribution,) = importlib.metadata.distributions(path=[str(wheel)])
    own = f"extra == '{extra}'" if extra else ""
    needed = [one for one in distribution.requires or [] if (own in one if own else "extra ==" not in one)]
    needed = [one.partition(";")[0] if own else one for one in needed if not re.match(r"torch\b", one)]
    return [re.sub(r">=([\d.]+)[^;]*", r"==\1", one) for one in needed] if lowest else needed


def versions(environment: Path, needed: list[str]) -> str:
    """The releases that were installed."""
    names = [re.split(r"[^\w-]", one)[0] for one in needed]
    code = (
        "import importlib.metadata as m, sys\n"
        "found = {one.metadata['Name'].lower(): one.version for one in m.distributions()}\n"
        "print(', '.join(f'{name} {found[name]}' for name in sys.argv[1:] if name in found))"
    )
    command = [str(environment / "bin" / "python"), "-c", code, *names, "torch"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run(environment: Path, command: list[str], work: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of an environment, away from this checkout."""
    program = str(environment / "bin" / command[0])
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([program, *command[1:]], cwd=work, env=own, capture_output=True, text=True, timeout=600)


def works(environment: Path, command: list[str], work: Path) -> bool:
    """Whether a command ends well; what it said is shown where it does not."""
    done = run(environment, command, work)
    print(f"  {'ok  ' if done.returncode == 0 else 'FAIL'} {environment.name}: {' '.join(command)[:100]}", flush=True)
    if done.returncode:
        print(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 0


def refuses(environment: Path, extra: str, work: Path) -> bool:
    """Whether the trial of an extra says how to install it where it is missing."""
    done = run(environment, TRIALS[extra], work)
    return done.returncode != 0 and f"claim-aug[{extra}]" in done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
