"""A design as the command line, and as Python, that make the same scar again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from claim_aug.cli.generate_options import ScarOptions
from claim_aug.text import as_code
from claim_aug_designer.design import Design
from claim_aug_designer.scan import Scan


class Code(str):
    """Text that stands in code as it is."""

    __slots__ = ()
    __repr__ = str.__str__


def arguments(scan: Scan, design: Design, scar: ScarOptions, out: Path) -> list[str]:
    """Arguments of the ``claim-aug`` command that writes the design's files to ``out``."""
    files = [str(path) for path in (*scan.case.image_paths, *scan.case.label_paths, out)]
    own = ["-n", "1", "--seed", str(design.seed), "--no-preview"]
    return ["generate", *files, *own, *flags(scar), *flags(scan.orientation)]


def command_line(scan: Scan, design: Design, scar: ScarOptions, out: Path) -> str:
    """The command, quoted as a shell needs it."""
    return shlex.join(["claim-aug", *arguments(scan, design, scar, out)])


def flags(group: Any) -> Iterator[str]:
    """The options of a group that differ from their defaults, as arguments of the command line."""
    hints = get_type_hints(type(group), include_extras=True)
    for one in fields(group):
        value = getattr(group, one.name)
        if value is None or value == one.default:
            continue
        flag = declared(hints[one.name].__metadata__[0]) or f"--{one.name.replace('_', '-')}"
        for item in value if isinstance(value, list) else [value]:
            yield flag
            if item is not True:
                yield str(item)


def declared(option: Any) -> str:
    """The name that an option of Typer's declares, if it does; in an annotation the first stands as its default."""
    names = [name for name in (option.default, *(option.param_decls or ())) if isinstance(name, str)]
    return next((name for name in names if name.startswith("--")), "")


def python_lines(scan: Scan, design: Design, scar: ScarOptions) -> str:
    """Lines of Python that make the same sample."""
    options = scar.parameters()
    names = [
        "from pathlib import Path",
        "",
        "from claim_aug import ScarSynthesizer",
        "from claim_aug.data.case import Case",
    ]
    if scar.mask is not None:
        names.append("from claim_aug.data.regrid import read_mask_onto")
        options["mask"] = Code(f"read_mask_onto(Path({str(scar.mask)!r}), case.label_file)")
    files = ", ".join(f"Path({str(path)!r})" for path in (*scan.case.image_paths, *scan.case.label_paths))
    call = as_code(
        scan.synthesizer(design),
        prior=design.prior,
        generator=design.generator,
        labels=scan.scheme,
        existing=design.existing,
        **options,
    )
    known = {name: value for name, value in scan.orientation.keywords().items() if value not in (None, False)}
    given = "".join(f", {name}={value!r}" for name, value in known.items())
    return "\n".join(
        [
            *names,
            "",
            f"case = Case.from_files({files})",
            f"synthesizer = {call}",
            f"anatomy = case.ventricle(synthesizer.labels{given})",
            f"image, labels, seed = case.image_file.data, case.label_file.data, {scan.seed(design)}",
            "sample = synthesizer.sample(image, labels, seed=seed, anatomy=anatomy)",
            "",
        ]
    )
