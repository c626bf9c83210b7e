"""Saying that a file is synthetic, and how it came to be."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug._version import __version__
from claim_aug.anatomy import LVAnatomy

COMMENT = f"SYNTHETIC scar by claim-aug {__version__}; not for diagnosis"


def describe(anatomy: LVAnatomy) -> dict[str, Any]:
    """Anchor, orientation and size of a ventricle, ready for JSON."""
    return {
        "anchor": vars(anatomy.anchor),
        "orientation": vars(anatomy.orientation),
        "apicobasal_known": anatomy.apicobasal_known,
        "spacing_mm": list(anatomy.spacing) if anatomy.spacing_known else None,
        "wall_voxels": anatomy.wall_voxels,
        "lv_mass_g": None if anatomy.mass_g is None else round(anatomy.mass_g, 2),
    }


def versions() -> dict[str, str]:
    """Versions of what decides the voxels."""
    packages = ("numpy", "scipy", "nibabel", "pillow", "torch", "diffusers")
    found = {package: importlib.metadata.version(package) for package in packages}
    return {"claim-aug": __version__, "python": platform.python_version()} | found


def sha256(path: Path) -> str:
    """The hash of a file's bytes that other tools print, too."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
