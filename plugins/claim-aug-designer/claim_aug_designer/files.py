"""What a design leaves on the disk: a scar as ``claim-aug generate`` writes it, and series of them."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.cli import run_command
from claim_aug.errors import ClaimAugError, InputError, OutputError
from claim_aug.plugins import load_plugins
from claim_aug.priors import TERRITORIES
from claim_aug_designer.design import Design
from claim_aug_designer.folders import written_whole
from claim_aug_designer.scan import Scan, kept_warnings
from claim_aug_designer.spelling import arguments, command_line

#: Burden of the first and the last step of a series, %LV, and how many steps it has.
GROWTH, STEPS = (5, 40), 10
#: What is varied in a series.
VARIED = {"growth": "burden", "territories": "territory"}
#: What a painted mask says of itself.
PAINTED = "painted in claim-aug design"


def written_files(scan: Scan, design: Design, out: Path) -> dict[str, Path]:
    """The files that the design's command line needs, ``mask`` or ``table``, written into ``out``.

    They are named after what is in them, so the same design has the same files.
    """
    files = {}
    if design.painted is not None:
        file = scan.case.label_file
        files["mask"] = out / "painted" / f"{hashed(np.packbits(design.painted).tobytes())}{file.suffix}"
        values = design.painted.reshape(file.data.shape).astype(np.float32 if file.suffix == ".png" else np.uint8)
        if not files["mask"].exists():
            with written_whole(files["mask"]) as path:
                file.write_map(path, values, PAINTED)
    if design.table:
        rows = [f"{segment},{depth}" for segment, depth in design.table.items()]
        text = "\n".join(["segment,transmurality", *rows, ""])
        files["table"] = out / "tables" / f"{hashed(text.encode())}.csv"
        if not files["table"].exists():
            with written_whole(files["table"]) as path:
                path.write_text(text, encoding="utf-8")
    return files


def hashed(content: bytes) -> str:
    """A name that follows from what a file holds."""
    return hashlib.sha256(content).hexdigest()[:16]


def save(scan: Scan, design: Design, out: Path, folder: str) -> dict[str, Any]:
    """Write image, labels and sidecar to ``out/folder`` by the command that is copied; gives the sidecar.

    Raises:
        ClaimAugError: a request that cannot be met, or files that exist.
    """
    command = arguments(scan, design, written_files(scan, design, out), out / folder)
    with kept_warnings(), contextlib.redirect_stdout(io.StringIO()):
        code = run_command(*command)
    if code:
        msg = f"claim-aug generate ended with exit code {code} and wrote nothing"
        raise OutputError(msg)
    (sidecar,) = (out / folder / "sidecars").glob("*.json")
    return dict(json.loads(sidecar.read_text("utf-8")))


def series(design: Design, kind: str) -> dict[str, Design]:
    """The designs of a series by the name of their folder: ``"growth"``, or ``"territories"``.

    Raises:
        InputError: a design whose place or size is given by hand, so that nothing is left to vary.
    """
    varied = VARIED[kind]
    prior = design.prior.partition(":")[0]
    if design.table or design.painted is not None or varied not in load_plugins().priors.get(prior).parameters():
        msg = f"a series varies the {varied}, which is given by hand here or is none of prior {prior!r}; "
        msg += "choose Anywhere and prior smile first"
        raise InputError(msg)
    if kind == "growth":
        burdens = np.linspace(*GROWTH, STEPS).round(1).tolist()
        return {f"burden_{burden:04.1f}": changed(design, burden=burden) for burden in burdens}
    return {f"territory_{name}": changed(design, territory=name, segments=None, levels=None) for name in TERRITORIES}


def changed(design: Design, **options: Any) -> Design:
    """The design with other options; what is ``None`` is left away."""
    merged = {**design.options, **options}
    return replace(design, options={name: value for name, value in merged.items() if value is not None})


def save_series(scan: Scan, design: Design, kind: str, out: Path, folder: str) -> Iterator[Mapping[str, Any]]:
    """Write every scar of a series into a folder of its own, then a table of all; a row for each as it is done.

    Raises:
        InputError: a design that leaves nothing to vary.
    """
    rows = []
    for name, one in series(design, kind).items():
        place = Path(folder) / name
        row = {"folder": name, "burden_percent": "", "segments": "", "note": "", "command": ""}
        try:
            drawn = save(scan, one, out, str(place))["parameters"]
            real = drawn["realised"]
            row |= {
                "burden_percent": real["burden_percent"],
                "segments": " ".join(map(str, real["segments"])),
                "note": drawn["note"] or "",
                "command": command_line(scan, one, written_files(scan, one, out), out / place),
            }
        except ClaimAugError as error:
            row["note"] = f"not made: {error}"
        rows.append(row)
        yield row
    with (
        written_whole(out / folder / "series.csv") as path,
        path.open("w", newline="", encoding="utf-8") as stream,
    ):
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
