"""What a set of synthetic scans was made of, from its sidecars and the manifest of its run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claim_aug.data.scan_set import LabelledScan
from claim_aug.jobs.runs.manifest import iter_rows

#: What differs from sample to sample of one run.
OF_THE_SAMPLE = ("seed", "replica", "prior", "generator")


@dataclass(frozen=True)
class SetProvenance:
    """What a set was made of; empty where neither sidecars nor a manifest say.

    Attributes:
        patients: number of scans made from each patient, by name.
        hashes: SHA-256 of the image of each patient, by name, or of its first slice.
        priors, generators: number of scans by the name of what placed and what painted their scar.
        options: values of every other option that was asked for, by its name.
        weights: licence of each model whose weights painted, by its name and the start of its hash.
        files: SHA-256 of every other file that was read, such as a bank, by its name; several where they share a name.
        anchors: number of scans by what anchors their segments.
        software: versions of every library, by its name.
        noted: number of scans with a note, such as of a request that was not met in full.
    """

    patients: Mapping[str, int] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    priors: Mapping[str, int] = field(default_factory=dict)
    generators: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    anchors: Mapping[str, int] = field(default_factory=dict)
    software: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    noted: int = 0


def set_provenance(folder: Path, scans: Sequence[LabelledScan]) -> SetProvenance:
    """Gather what the sidecars of scans say, and the manifest of their folder where there is one."""
    made = [scan for scan in scans if scan.sidecar]
    records = [scan.sidecar for scan in made]
    return SetProvenance(
        patients=dict(sorted(Counter(scan.patient for scan in made).items())),
        hashes={scan.patient: scan.source_hash for scan in made if scan.source_hash},
        priors=Counter(str(record.get("request", {}).get("prior")) for record in records),
        generators=Counter(without_folders(str(scan.generator)) for scan in made),
        options=values(
            (name, value)
            for record in records
            for name, value in record.get("request", {}).items()
            if name not in OF_THE_SAMPLE
        ),
        weights=dict(weights(folder)),
        files=values(
            (entry["file"], entry["sha256"])
            for record in records
            for role, entry in record.get("inputs", {}).items()
            if role.split()[0] not in ("image", "labels")
        ),
        anchors=Counter(str(record.get("anatomy", {}).get("anchor", {}).get("source")) for record in records),
        software=values(pair for record in records for pair in record.get("software", {}).items()),
        noted=sum(bool(record.get("parameters", {}).get("note")) for record in records),
    )


def values(pairs: Iterator[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The different values of each name as text, in the order in which they come."""
    found: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        found.setdefault(name, {})[str(value)] = None
    return {name: tuple(texts) for name, texts in found.items()}


def without_folders(generator: str) -> str:
    """A generator without the folders of its argument: they say more of a computer than of a set.

    Example:
        >>> without_folders("transplant:/home/ada/bank.safetensors")
        'transplant:bank.safetensors'
    """
    name, colon, argument = generator.partition(":")
    return f"{name}{colon}{Path(argument).name}"


def weights(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and licence of every model in the rows of a manifest."""
    for row in iter_rows(folder):
        if model := row.get("weights"):
            hashes = ", ".join(value[:12] for value in model["sha256"].values())
            yield f"{model['model']} ({hashes})", model["licence"]
