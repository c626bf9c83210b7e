"""Damaged inputs of every kind, drawn from a seed: each ends well or in one red line, quickly and in little memory.

    python benchmarks/robustness/fuzz.py 2000
    python benchmarks/robustness/fuzz.py 1 --first 137      # one of them again

An input is a whole one of which bits are flipped, parts are cut, doubled or filled, or a header's field or a JSON's
value is replaced. It is handed to the command that reads it. Counted is what ends in an error that nobody expected,
what takes more than 20 s, and what takes more than 2 GB.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import resource
import shutil
import struct
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import nibabel as nib
import numpy as np
from PIL import Image

from claim_aug.cli import app
from claim_aug.generators.diffusion.generator import SHIPPED
from claim_aug.jobs.reading import ANSWER_FORMAT
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation import SHIPPED as START

LIMIT_S, LIMIT_BYTES = 20, 2_000_000_000
#: Exit code where an option has no such value, which is said in a box.
USAGE = 2
SMALL = ("-n", "1", "--labels", "phantom", "--generator", "signal")
OUT, SCAN = ("{}/out", *SMALL), ("generate", "{}/image.nii", "{}/labels.nii")
#: By name: the file that is damaged, and the command that reads it; ``{}`` is the folder of all inputs.
TARGETS = {
    "image": ("image.nii.gz", ("generate", "{}/image.nii.gz", "{}/labels.nii.gz", *OUT)),
    "plain image": ("image.nii", ("generate", "{}/image.nii", "{}/labels.nii.gz", *OUT)),
    "labels": ("labels.nii.gz", ("generate", "{}/image.nii.gz", "{}/labels.nii.gz", *OUT)),
    "plain labels": ("labels.nii", ("aha", "{}/labels.nii", "{}/aha.nii.gz", "--labels", "phantom")),
    "png": ("slice.png", ("generate", "{}/slice.png", "{}/mask.png", *OUT)),
    "png labels": ("mask.png", ("quantify", "{}/slice.png", "{}/mask.png", "--labels", "phantom")),
    "mask": ("drawn.nii", (*SCAN, *OUT, "--mask", "{}/drawn.nii")),
    "table": ("table.csv", (*SCAN, *OUT, "--table", "{}/table.csv")),
    "prior": ("prior.json", (*SCAN, *OUT, "--prior", "smile:{}/prior.json")),
    "bank": ("bank.safetensors", (*SCAN, *OUT[:-1], "transplant:{}/bank.safetensors")),
    "model config": ("model/config.json", (*SCAN, *OUT[:-1], "ddpm:{}/model")),
    "model weights": ("model/weights.safetensors", (*SCAN, *OUT[:-1], "ddpm:{}/model")),
    "segmenter config": ("start/config.json", ("segment", "{}/image.nii", "{}/out", "--model", "{}/start")),
    "dataset.json": ("set/dataset.json", ("pool", "build", "{}/set", *OUT)),
    "nnunet table": ("nn/dataset.json", (*SCAN, "{}/nn", *SMALL, "--layout", "nnunet", "--name", "other")),
    "image of a set": ("real/Case_1/Images/Case_1.nii.gz", ("generate", "{}/real", *OUT)),
    "labels of a set": ("real/Case_1/Contours/Case_1.nii.gz", ("generate", "{}/real", *OUT, "--cases", "scarred")),
    "pairs": ("pairs.csv", ("generate", "{}/pairs.csv", *OUT)),
    "options": ("made/run.toml", ("generate", "{}/real", *OUT[:1], "--config", "{}/made/run.toml", *OUT[3:])),
    "manifest": ("made/manifest.jsonl", ("verify", "{}/made")),
    "run.toml": ("made/run.toml", ("verify", "{}/made", "--redo", "Case_1_scar000")),
    "run that goes on": ("made/manifest.jsonl", ("generate", "{}/real", "{}/made", *SMALL)),
    "sidecar": ("made/sidecars/Case_1_scar000.json", ("evaluate", "{}/made", "--segmenter", "none")),
    "splits": ("splits.json", ("evaluate", "{}/made", "--segmenter", "none", "--validation", "{}/splits.json")),
    "key": ("key.json", ("reading", "score", "{}/key.json", "{}/answers.json")),
    "answers": ("answers.json", ("reading", "score", "{}/key.json", "{}/answers.json")),
    "quantified labels": ("real/Case_1/Contours/Case_1.nii.gz", ("quantify", "{}/real", "--labels", "phantom")),
}  # fmt: skip


def make_inputs(folder: Path) -> None:
    """One whole input of every kind."""
    scan = make_phantom(3, scar=True, mvo=True, shape=(72, 72, 4), spacing=(2.0, 2.0, 16.0))
    drawn = (scan.labels == 2) * (scan.segments == 7)
    for name, array in (("image", scan.image), ("labels", scan.labels), ("drawn", drawn)):
        for suffix in (".nii", ".nii.gz"):
            nib.save(nib.Nifti1Image(np.asarray(array).astype(np.int16), scan.affine), folder / (name + suffix))
    plane = scan.image[..., 2]
    Image.fromarray((255 * plane / plane.max()).astype(np.uint8)).save(folder / "slice.png")
    Image.fromarray(scan.labels[..., 2].astype(np.uint8)).save(folder / "mask.png")
    (folder / "table.csv").write_text("segment,transmurality\n7,0.5\n8,0.75\n13,1\n")
    shutil.copytree(SHIPPED, folder / "model")
    shutil.copytree(START, folder / "start")
    for number in range(5):
        write_emidec(make_phantom(number, scar=True, shape=(72, 72, 4)), folder / "real", f"Case_{number}")
    for arguments in (
        ("prior", "fit", f"{folder}/real", f"{folder}/prior.json", "--labels", "phantom"),
        ("bank", "build", f"{folder}/real", f"{folder}/bank.safetensors", "--labels", "phantom"),
        ("generate", f"{folder}/image.nii", f"{folder}/labels.nii", f"{folder}/nn", *SMALL, "--layout", "nnunet"),
    ):
        code, printed = command(arguments)
        assert code == 0, printed
    code, printed = command(("generate", f"{folder}/real", f"{folder}/made", *SMALL))
    assert code == 0, printed
    (folder / "splits.json").write_text(json.dumps([{"train": ["Case_0"], "val": ["Case_3"]}]))
    pairs = ("Case_0", "Case_1")
    rows = "".join(f"{name},real/{name}/Images/{name}.nii.gz,real/{name}/Contours/{name}.nii.gz\n" for name in pairs)
    (folder / "pairs.csv").write_text(f"case,image,labels\n{rows}")
    code, printed = command(("reading", "make", f"{folder}/made", f"{folder}/real", f"{folder}/reading", "-n", "4"))
    assert code == 0, printed
    shutil.copy(folder / "reading" / "key.json", folder / "key.json")
    key = json.loads((folder / "key.json").read_text())
    answers = [{"slice": name, "called": "real", "confidence": 3} for name in key["slices"]]
    record = {"format": ANSWER_FORMAT, "reading": key["reading"], "reader": "A", "answers": answers}
    (folder / "answers.json").write_text(json.dumps(record))
    (folder / "set").mkdir()
    for name, source in (("imagesTr/P_0000", "image"), ("imagesTr/P_0001", "image"), ("labelsTr/P", "labels")):
        (folder / "set" / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / f"{source}.nii", folder / "set" / f"{name}.nii")
    table = {"channel_names": {"0": "C0", "1": "LGE"}, "labels": {"background": 0}, "file_ending": ".nii"}
    (folder / "set" / "dataset.json").write_text(json.dumps(table))


def damaged(content: bytes, name: str, rng: np.random.Generator) -> bytes:
    """A file's bytes with something done to them."""
    kinds = ["bits", "cut", "doubled", "filled", "empty", "grown"]
    kinds += ["field"] * 4 if name.endswith(".nii") else ["value"] * 6 if name.endswith((".json", ".toml")) else []
    kind = kinds[rng.integers(len(kinds))]
    data, start = bytearray(content), int(rng.integers(len(content)))
    end = min(len(data), start + int(rng.integers(1, 400)))
    if kind == "bits":
        for _ in range(int(rng.integers(1, 9))):
            data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    elif kind == "cut":
        del data[start:]
    elif kind == "doubled":
        data[start:start] = data[start:end]
    elif kind == "filled":
        data[start:end] = bytes([int(rng.choice([0, 32, 65, 127, 255]))]) * (end - start)
    elif kind == "empty":
        data.clear()
    elif kind == "grown":
        data += rng.bytes(int(rng.integers(1, 4000)))
    elif kind == "field":  # a number of the NIfTI header
        size = int(rng.choice([2, 4]))
        place = int(rng.integers(0, 348 - size))
        odd = [0, -1, 1, 32767, -32768] if size == 2 else [0, 2**31 - 1, -(2**31)]
        value = struct.pack("<h" if size == 2 else "<i", int(rng.choice(odd)))
        if size == 4 and rng.random() < 0.6:
            value = struct.pack("<f", float(rng.choice([np.nan, np.inf, -np.inf, 0, 1e30, -1e30, 1e-30])))
        data[place : place + size] = value
    elif kind == "value":
        return (with_another_value if name.endswith(".json") else with_another_setting)(content, rng)
    return bytes(data)


def with_another_value(content: bytes, rng: np.random.Generator) -> bytes:
    """A JSON file with one of its values replaced, removed or renamed."""
    odd = [None, True, -1, 0, 1e308, 10**12, 10**400, "", "x" * 5000, [], {}, [[]], float("nan"), "\x1b]0;x\x07"]
    record = json.loads(content)
    place = record
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = keys[int(rng.integers(len(keys)))]
        if not isinstance(place[key], (dict, list)) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    if isinstance(place, dict) and rng.random() < 0.2:
        place[f"{key}?"] = place.pop(key)
    else:
        place[key] = odd[int(rng.integers(len(odd)))]
    return json.dumps(record).encode()


def with_another_setting(content: bytes, rng: np.random.Generator) -> bytes:
    """A TOML file with another value for one of its names."""
    lines = content.decode().splitlines()
    place = rng.choice([number for number, line in enumerate(lines) if " = " in line])
    odd = [
        "nan",
        "inf",
        "-1",
        "0",
        "2.5",
        "9223372036854775807",
        '""',
        '"x"',
        "true",
        "[]",
        "[1, 2]",
        "{}",
        "1979-05-27",
    ]
    lines[place] = f"{lines[place].partition(' = ')[0]} = {rng.choice(odd)}"
    return "\n".join(lines).encode()


def command(arguments: tuple[str, ...]) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    printed = io.StringIO()
    sys.argv = ["claim-aug", *arguments]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = app.run()
    return code, printed.getvalue()


def one(number: int, inputs: Path, answer: object, only: str | None = None) -> None:
    """Damage one input, run its command, and answer with its kind and what was wrong, if anything."""
    rng = np.random.default_rng((2024, number))
    kind = list(TARGETS)[int(rng.integers(len(TARGETS)))]
    kind = only or kind
    name, arguments = TARGETS[kind]
    with tempfile.TemporaryDirectory() as folder:
        for path in inputs.iterdir():
            (Path(folder) / path.name).symlink_to(path)
        target, top = Path(folder) / name, Path(folder) / Path(name).parts[0]
        for whole in {top, Path(folder) / "made"} if "{}/made" in arguments else {top}:
            if whole.is_dir():  # a folder of which one file is damaged, or that is written to
                source = whole.resolve()
                whole.unlink()
                shutil.copytree(source, whole)
        content = target.read_bytes()
        target.unlink()
        target.write_bytes(damaged(content, name, rng))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            code, printed = command(tuple(part.replace("{}", folder) for part in arguments))
        except BaseException as error:
            code, printed = 1, f"Traceback: {error!r}"
        grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    said = any(word in printed for word in ("error:", "failed:", "different:"))
    wrong = "Traceback" in printed or "unexpected" in printed or (code not in (0, USAGE) and not said)
    answer.send((kind, code, printed[-500:] if wrong else "", grown))  # type: ignore[attr-defined]


def main() -> None:
    """Run a number of them, each in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", choices=TARGETS, help="one kind of input alone")
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds that count as hanging; more when busy")
    options = parser.parse_args()
    tried, refused, wrong = Counter(), Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder)
        make_inputs(inputs)
        for number in range(options.first, options.first + options.count):
            here, there = multiprocessing.Pipe(duplex=False)
            given = (number, inputs, there, options.only)
            process = multiprocessing.get_context("fork").Process(target=one, args=given)
            began = time.monotonic()
            process.start()
            late = ("?", 1, f"more than {options.limit} s", 0)
            kind, code, text, grown = here.recv() if here.poll(options.limit) else late
            process.kill()
            process.join()
            tried[kind] += 1
            refused[kind] += code != 0
            if text or grown > LIMIT_BYTES:
                wrong.append(number)
                what = text or f"{grown / 1e9:.1f} GB"
                print(f"{number} {kind}: {what} ({time.monotonic() - began:.1f} s)", flush=True)
    print("\n| damaged | tried | refused |\n|---|---|---|")
    for kind in sorted(tried):
        print(f"| {kind} | {tried[kind]} | {refused[kind]} |")
    print(f"\n{sum(tried.values()) - len(wrong)} of {sum(tried.values())} held")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
