"""A bank as one safetensors file, checked when it is read."""

from __future__ import annotations

from pathlib import Path

from claim_aug.data.artifacts import ArtifactKind, read_once
from claim_aug.generators.bank import LAYOUT, Bank

LICENCE = "Made from scans of patients: whoever passes it on answers for the licence and the consent of those scans."
CONVENTION = (
    "(intensity - remote) / (blood - remote) per slice, without noise and surroundings; "
    "rows from the endocardial to the epicardial side of the scar, columns along the wall; sizes in mm"
)
KIND = ArtifactKind(
    "claim-aug scar bank", (2,), "a scar bank", "make one with claim-aug bank build DATASET OUT.safetensors"
)


def write_bank(bank: Bank, path: Path) -> None:
    """Write as safetensors; equal banks give equal bytes."""
    about = {"scars": bank.source_patients.size, "source": bank.source, "licence": LICENCE, "convention": CONVENTION}
    path.write_bytes(KIND.pack({name: getattr(bank, name) for name in LAYOUT}, about))


@read_once(maxsize=8)
def read_bank(path: str | Path) -> Bank:
    """The bank of a file: read once per process, and again when the file has changed.

    Raises:
        InputError: a file that is missing, truncated, of another kind or version, or with impossible content.
    """
    about, arrays = KIND.read(path, {name: (kind, ("patches", *shape)) for name, (kind, shape) in LAYOUT.items()})
    for name in ("length", "thickness", "noise"):
        if not (arrays[name] > 0).all():
            raise KIND.refusal(path, f"{name} holds values that are not positive")
    if arrays["mvo"].all():  # none at all, too
        raise KIND.refusal(path, "it holds no infarct")
    return Bank(**arrays, source=str(about.get("source", "")))
