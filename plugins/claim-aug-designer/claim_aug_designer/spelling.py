"""A design as the command line, and as Python, that make the same scar again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from claim_aug.cli import Orientation
from claim_aug_designer.design import Design
from claim_aug_designer.scan import Scan

#: Options of priors and generators that have an option of ``claim-aug generate`` of their own; ``--set`` takes others.
NAMED = (
    *("burden", "transmurality", "extent", "territory", "segments", "levels", "preset", "mvo", "grey_zone"),
    *("brightness_ratio", "brightness_sd"),
)


def arguments(scan: Scan, design: Design, files: Mapping[str, Path], out: Path) -> list[str]:
    """Arguments of the ``claim-aug`` command that writes the design's files to ``out``.

    Args:
        scan: scan that is open.
        design: scar that is asked for.
        files: files of the design that are on the disk, ``mask`` or ``table``.
        out: folder for image, labels and sidecar.
    """
    paths = [str(path) for path in (*scan.case.image_paths, *scan.case.label_paths, out)]
    own = ["-n", "1", "--seed", str(design.seed), "--no-preview", "--labels", scan.scheme]
    return ["generate", *paths, *own, *scar_flags(design, files), *orientation_flags(scan.orientation)]


def command_line(scan: Scan, design: Design, files: Mapping[str, Path], out: Path) -> str:
    """The command, quoted as a shell needs it."""
    return shlex.join(["claim-aug", *arguments(scan, design, files, out)])


def scar_flags(design: Design, files: Mapping[str, Path]) -> Iterator[str]:
    """What makes the scar, as arguments of the command line."""
    if design.existing != "keep":
        yield from ("--existing", design.existing)
    if design.prior != "smile":
        yield from ("--prior", design.prior)
    yield from ("--generator", design.generator)
    for name in NAMED:
        if name in design.options:
            yield from (flag(name), spelled(design.options[name]))
    for name, path in files.items():
        yield from (flag(name), str(path))
    for name, value in design.options.items():
        if name not in NAMED:
            yield from ("--set", f"{name}={json.dumps(value)}")


def orientation_flags(orientation: Orientation) -> Iterator[str]:
    """What the user knows of the orientation, as arguments of the command line."""
    for one in fields(orientation):
        value = getattr(orientation, one.name)
        if value != one.default:
            yield from (flag(one.name),) if value is True else (flag(one.name), str(value))


def flag(name: str) -> str:
    """The option of the command line that a parameter has."""
    return f"--{name.replace('_', '-')}"


def spelled(value: Any) -> str:
    """A value as the command line takes it: ``20``, ``5,30``, ``LAD`` or ``1,2,7``."""
    return ",".join(map(spelled, value)) if isinstance(value, (list, tuple)) else str(value)


def python_lines(scan: Scan, design: Design, files: Mapping[str, Path]) -> str:
    """Lines of Python that make the same sample."""
    given = {name: repr(value) for name, value in design.parameters().items()}
    names = ["Case"]
    if "mask" in files:
        given["mask"] = f"read_mask_onto(Path({str(files['mask'])!r}), case.label_file)"
        names.append("read_mask_onto")
    own = {"prior": design.prior, "generator": design.generator, "labels": scan.scheme, "existing": design.existing}
    options = ", ".join(f"{name}={value}" for name, value in ({name: repr(own[name]) for name in own} | given).items())
    known = {name: value for name, value in scan.orientation.keywords().items() if value not in (None, False)}
    orientation = "".join(f", {name}={value!r}" for name, value in known.items())
    paths = ", ".join(f"Path({str(path)!r})" for path in (*scan.case.image_paths, *scan.case.label_paths))
    return f"""\
from pathlib import Path

from claim_aug import ScarSynthesizer
from claim_aug.data import {", ".join(names)}

case = Case.from_files({paths})
synthesizer = ScarSynthesizer({options})
anatomy = case.ventricle(synthesizer.labels{orientation})
image, labels, seed = case.image_file.data, case.label_file.data, {scan.seed(design)}
sample = synthesizer.sample(image, labels, seed=seed, anatomy=anatomy)
"""
