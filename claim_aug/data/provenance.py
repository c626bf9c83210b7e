"""Saying that a file is synthetic, and how it came to be."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from claim_aug._version import __version__
from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case, sha256
from claim_aug.synthesizer import ScarSample

COMMENT = f"SYNTHETIC scar by claim-aug {__version__}; not for diagnosis"


def sidecar(case: Case, sample: ScarSample, *, scheme: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Everything needed to make the sample again and to audit it, ready for JSON."""
    return {
        "SYNTHETIC": "The scar in this image was generated. It is not a patient's scan and not for diagnosis.",
        "case": case.name,
        "seed": sample.seed,
        "software": versions(),
        "inputs": {
            role: {"file": file.path.name, "sha256": sha256(file.path)}
            for role, file in (("image", case.image), ("labels", case.labels))
        },
        "scheme": scheme,
        "request": dict(request),
        "anatomy": describe(sample.anatomy),
        "parameters": plain(sample.parameters),
    }


def describe(anatomy: LVAnatomy) -> dict[str, Any]:
    """Anchor, orientation and size of a ventricle, ready for JSON."""
    return {
        "anchor": vars(anatomy.anchor),
        "orientation": vars(anatomy.orientation),
        "level_known": anatomy.level_known,
        "spacing_mm": list(anatomy.spacing) if anatomy.spacing_known else None,
        "wall_voxels": anatomy.wall_voxels,
        "lv_mass_g": None if anatomy.mass_g is None else round(anatomy.mass_g, 2),
    }


def versions() -> dict[str, str]:
    """Versions of what decides the voxels."""
    packages = ("numpy", "scipy", "nibabel", "pillow")
    found = {package: importlib.metadata.version(package) for package in packages}
    return {"claim-aug": __version__, "python": platform.python_version()} | found


def plain(value: Any) -> Any:
    """The value in JSON's own types, floats to six digits."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.6g}")
    return value if value is None or isinstance(value, str) else repr(value)
