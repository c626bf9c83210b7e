"""Whether this installation works: versions, frameworks, devices, plugins, weights, and a sample that is known."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from claim_aug.data.provenance import versions
from claim_aug.errors import ClaimAugError
from claim_aug.fingerprint import fingerprint

State = Literal["ok", "note", "fault"]
#: Libraries of the extras, by the name that is imported, and the extra.
FRAMEWORKS = {
    "monai": "monai",
    "torchio": "torchio",
    "albumentations": "albumentations",
    "batchgeneratorsv2": "nnunet",
    "lightning": "lightning",
    "ignite": "ignite",
    "sklearn": "evaluate",
    "jinja2": "evaluate",
}
#: Distributions of what is imported by another name.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "ignite": "pytorch-ignite"}
#: Label map of the self-test, and its image in whole scanner units, of this release. ``claim-aug doctor --json`` prints
#: what is found; a change of the phantom, of ``smile`` or of ``signal`` changes it.
EXPECTED = "94c32ba040ab37ff84f078c6a7acb128"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: name of what was looked at.
        state: ``"ok"``, ``"note"`` for what may be as it should, or ``"fault"``.
        detail: what was found, and what to do.
    """

    name: str
    state: State
    detail: str


def examine() -> list[Check]:
    """Look at everything; nothing is changed, and nothing is asked of a network."""
    parts: tuple[Callable[[], Iterator[Check]], ...] = (
        check_versions, check_frameworks, check_devices, check_plugins, check_weights, check_sample,
    )  # fmt: skip
    return [check for part in parts for check in part()]


def check_versions() -> Iterator[Check]:
    """Versions of what decides the voxels."""
    found = versions()
    named = ", ".join(f"{name} {version}" for name, version in found.items())
    yield Check("versions", "ok", f"{named}; {platform.system()} {platform.machine()}")


def check_frameworks() -> Iterator[Check]:
    """Which libraries of the extras are there."""
    found, missing = [], []
    for module, extra in FRAMEWORKS.items():
        if importlib.util.find_spec(module) is None:
            missing.append(extra)
        else:
            found.append(f"{module} {importlib.metadata.version(DISTRIBUTIONS.get(module, module))}")
    yield Check("frameworks", "ok", ", ".join(found) or "none")
    if missing:
        extras = ", ".join(dict.fromkeys(missing))
        yield Check("not installed", "note", f'{extras}; where you need one: pip install "claim-aug[NAME]"')


def check_devices() -> Iterator[Check]:
    """Where a network runs."""
    import torch

    from claim_aug.optimisation.device import find_device, has_bf16

    device = find_device(None)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    precision = "16-bit arithmetic" if has_bf16(device) else "32-bit arithmetic"
    yield Check("device", "ok", f"{device.type} ({name}, {precision})")


def check_plugins() -> Iterator[Check]:
    """What was registered, and what failed."""
    from claim_aug.plugins.loader import load_plugins

    statuses = load_plugins().statuses
    failed = [f"{status.name}: {status.error}" for status in statuses if status.error]
    loaded = ", ".join(f"{status.name} {status.version}" for status in statuses if not status.error)
    yield Check("plugins", "fault" if failed else "ok", "; ".join([loaded, *failed]))


def check_weights() -> Iterator[Check]:
    """Whether the weights of the package are read, and are the bytes that were installed."""
    from claim_aug.generators.diffusion import folder, generator
    from claim_aug.segmentation import SHIPPED, read_segmenter

    readers: dict[str, tuple[Path, Callable[[Path], object]]] = {
        "weights of ddpm": (generator.SHIPPED, folder.read_model),
        "weights of the segmenter": (SHIPPED, read_segmenter),
    }
    for name, (path, read) in readers.items():
        try:
            read(path)
        except ClaimAugError as error:
            yield Check(name, "fault", f"{error}; install claim-aug anew")
            continue
        found = hashlib.sha256((path / folder.WEIGHTS).read_bytes())
        known = recorded_hash(path / folder.WEIGHTS)
        words = "not recorded, as of an editable installation" if known is None else "as installed"
        if known not in (None, base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode()):
            yield Check(name, "fault", f"{path / folder.WEIGHTS} is not as it was installed; install claim-aug anew")
        else:
            yield Check(name, "ok", f"read; sha256 {found.hexdigest()[:12]}, {words}")


def recorded_hash(path: Path) -> str | None:
    """SHA-256 of a file that the installation recorded, in base 64; ``None`` where it recorded none."""
    files = importlib.metadata.files("claim-aug") or []
    return next((file.hash.value for file in files if file.hash and Path(str(file.locate())) == path), None)


def check_sample() -> Iterator[Check]:
    """Whether a sample comes out as it did when this release was made."""
    found = sample_hash()
    if found == EXPECTED:
        yield Check("self-test", "ok", f"a sample of smile and signal has the hash {found}")
    else:
        words = f"a sample of smile and signal has the hash {found}, that of this release is {EXPECTED}"
        yield Check("self-test", "note", f"{words}: other versions of NumPy or SciPy may round otherwise")


def sample_hash() -> str:
    """The hash of one sample: its labels, and its image in whole scanner units, which forgive the last bits."""
    from claim_aug.phantom import make_phantom
    from claim_aug.synthesizer import ScarSynthesizer

    scan = make_phantom(7, scar=False, shape=(80, 80, 4))
    synthesizer = ScarSynthesizer("smile", "signal", labels="phantom", burden=20, territory="LAD")
    sample = synthesizer.sample(scan.image, scan.labels, affine=scan.affine, seed=7)
    return fingerprint(sample.labels, np.rint(sample.image / 4).astype(np.int16))
