"""The sidecar of a sample: what it is, and how it came to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from claim_aug.data.case import Case
from claim_aug.data.provenance import describe, plain, sha256, versions
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer


def run_record(
    case: Case, synthesizer: ScarSynthesizer, request: Mapping[str, Any], files: Sequence[Path]
) -> dict[str, Any]:
    """What the sidecars of a run share, ready for JSON.

    Args:
        case: scan and its labels.
        synthesizer: synthesizer of the run.
        request: options that the user gave, by name.
        files: other files that were read, such as a mask or a bank.
    """
    read = dict(inputs_of(case)) | {path.name: path for path in files}
    return {
        "SYNTHETIC": "The scar in this image was generated. It is not a patient's scan and not for diagnosis.",
        "case": case.name,
        "software": versions(),
        "inputs": {role: {"file": path.name, "sha256": sha256(path)} for role, path in read.items()},
        "scheme": str(synthesizer.labels),
        "request": dict(request),
    }


def inputs_of(case: Case) -> Iterator[tuple[str, Path]]:
    """The files of a case by what they are; those of slices with their place in the stack."""
    for role, paths in (("image", case.image_paths), ("labels", case.label_paths)):
        for number, path in enumerate(paths):
            yield (role if len(paths) == 1 else f"{role} {number}"), path


def sidecar(run: Mapping[str, Any], sample: ScarSample, replica: int) -> dict[str, Any]:
    """Everything needed to make the sample again and to audit it, ready for JSON."""
    request = {**run["request"], "replica": replica}
    own = {"seed": sample.seed, "anatomy": describe(sample.anatomy), "parameters": sample.parameters}
    return plain({**run, "request": request, **own})  # type: ignore[no-any-return]
