"""What a design leaves on the disk: a scar as ``claim-aug generate`` writes it, and series of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug import ScarSample
from claim_aug.cli.generate_options import OutputOptions, ScarOptions
from claim_aug.data.provenance import COMMENT
from claim_aug.data.regrid import read_mask_onto
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import ClaimAugError
from claim_aug.fingerprint import fingerprint
from claim_aug.jobs.generate import generate_case
from claim_aug.priors.territories import TERRITORIES
from claim_aug_designer.design import Design
from claim_aug_designer.scan import Scan, kept_warnings
from claim_aug_designer.spelling import command_line

#: Burden of the first and the last step of a series, %LV, and how many steps it has.
GROWTH, STEPS = (5, 40), 10


def written_options(scan: Scan, design: Design, out: Path) -> ScarOptions:
    """The design as options of the command line, the files that it needs written into ``out``.

    A painted mask and a table are named after what is in them, so the same design has the same files.
    """
    mask = table = None
    if design.painted is not None:
        mask = out / "painted" / f"{fingerprint(design.painted)[:16]}{scan.case.label_file.suffix}"
        if not mask.exists():
            values = design.painted.reshape(scan.case.label_file.data.shape)
            whole = values.astype(np.float32 if mask.suffix == ".png" else np.uint8)
            with staged(mask.parent, name=mask.name) as stage:
                scan.case.label_file.write_map(stage / mask.name, whole, COMMENT)
    if design.table:
        rows = [f"{segment},{depth}" for segment, depth in design.table.items()]
        text = "\n".join(["segment,transmurality", *rows, ""])
        table = out / "tables" / f"{fingerprint(text)[:16]}.csv"
        if not table.exists():
            with staged(table.parent, name=table.name) as stage:
                (stage / table.name).write_text(text, encoding="utf-8")
    return design.scar_options(scan.scheme, mask=mask, table=table)


def save(scan: Scan, design: Design, out: Path, folder: str) -> ScarSample:
    """Write image, labels and sidecar to ``out/folder``, exactly as the copied command line does.

    Raises:
        ClaimAugError: a request that cannot be met, or files that exist.
    """
    scar = written_options(scan, design, out)
    parameters = scar.parameters()
    if scar.mask is not None:
        parameters["mask"] = read_mask_onto(scar.mask, scan.case.label_file)
    output = OutputOptions(count=1, seed=design.seed, preview=False)
    with kept_warnings():
        (sample,) = generate_case(
            scan.case,
            scar.synthesizer(parameters),
            scan.anatomy,
            out / folder,
            request={"seed": design.seed} | scar.request(parameters),
            files=scar.files(),
            **output.keywords(),
        )
    return sample


def series(scan: Scan, design: Design, kind: str) -> dict[str, Design]:
    """The designs of a series by the name of their folder: ``"growth"``, or ``"territories"``."""
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
        OutputError: a folder that exists, or that cannot be written.
    """
    refuse_existing(out, [folder])
    rows = []
    for name, one in series(scan, design, kind).items():
        place = Path(folder) / name
        row = {"folder": name, "burden_percent": "", "segments": "", "note": "", "command": ""}
        try:
            sample = save(scan, one, out, str(place))
            real = sample.parameters["realised"]
            row |= {
                "burden_percent": real["burden_percent"],
                "segments": " ".join(map(str, real["segments"])),
                "note": sample.parameters["note"] or "",
                "command": command_line(scan, one, written_options(scan, one, out), out / place),
            }
        except ClaimAugError as error:
            row["note"] = f"not made: {error}"
        rows.append(row)
        yield row
    with (
        staged(out / folder, name="series.csv") as stage,
        (stage / "series.csv").open("w", newline="", encoding="utf-8") as stream,
    ):
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
