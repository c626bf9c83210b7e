"""A model as a folder: ``weights.safetensors``, ``config.json`` and a card, ``README.md``."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import torch

from claim_aug.data.artifacts import PICKLES, ArtifactKind, Layout, read_once
from claim_aug.data.strict_json import read_json
from claim_aug.errors import ClaimAugWarning, InputError, unreadable
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control_histogram import BINS, Controls
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.optimisation.size import check_room

WEIGHTS, CONFIG, CARD = "weights.safetensors", "config.json", "README.md"
KIND = ArtifactKind("claim-aug lesion diffusion", (1, 2, 3), "weights", "train one with claim-aug train DATASET OUT")
#: Models of this format and later ones have learnt to paint remote myocardium, too.
KNOWS_REMOTE = 3
CONTROL_LAYOUT: Layout = {
    "control.histogram": ("float32", ("slices", BINS)),
    "control.source_patient": ("int32", ("slices",)),
    "control.area": ("float32", ("slices",)),
    "control.noise": ("float32", ("slices",)),
}


def write_model(model: LesionDiffusion, folder: Path, card: str, *, half: bool = False) -> None:
    """Write a model into a folder that exists; ``half`` stores weights in 16 bits."""
    assert model.controls is not None
    kind = torch.float16 if half else torch.float32
    arrays = {f"model.{name}": value.detach().cpu().to(kind).numpy() for name, value in model.state_dict().items()}
    arrays |= {name: getattr(model.controls, name.partition(".")[2]) for name in CONTROL_LAYOUT}
    version = KIND.versions[-1] if model.knows_remote else KNOWS_REMOTE - 1
    about = {"format": KIND.format, "version": version, "model": model.config.to_json()}
    (folder / WEIGHTS).write_bytes(KIND.pack(arrays, {}))
    (folder / CONFIG).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")


@read_once(maxsize=4, files=lambda path: (path / CONFIG, path / WEIGHTS))
def read_model(folder: str | Path, device: str = "cpu", compiled: bool = False) -> LesionDiffusion:
    """The model of a folder, ready to sample: read once per process and device, again when its files change.

    Raises:
        InputError: a folder that does not exist, or a file in it that is missing, truncated, a pickle, or of something
            else.
    """
    path = Path(folder)
    check_files(path)
    config, version = read_config(path / CONFIG)
    check_room(path / WEIGHTS, lambda: LesionDiffusion(config), KIND)
    with torch.random.fork_rng(devices=[]):  # a fresh network draws weights that are replaced at once
        model = LesionDiffusion(config)
    read_weights(path / WEIGHTS, model, version)
    model = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if compiled:
        model.denoiser.compile()
    return model


def check_files(path: Path) -> None:
    """Refuse a pickle, and what is no folder of a model."""
    if path.suffix.lower() in PICKLES:
        msg = f"{path} is a pickle, which can run code when it is loaded, and is refused; {KIND.advice}"
        raise InputError(msg)
    for name in (CONFIG, WEIGHTS):
        try:
            (path / name).stat()
        except OSError as error:
            pickles = [file.name for file in path.glob("*") if file.suffix.lower() in PICKLES] if path.is_dir() else []
            why = f"; {pickles[0]} in it is a pickle and is refused" if pickles else ""
            msg = f"{path} is no folder of a generator: {name} cannot be read ({error.strerror}){why}; {KIND.advice}"
            raise unreadable(msg, error) from error


def read_config(path: Path) -> tuple[ModelConfig, int]:
    """The model that a config describes, and the version of its format."""
    try:
        about = read_json(path)
        if about["format"] != KIND.format:
            raise KeyError("format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no config of a lesion-diffusion model; {KIND.advice}"
        raise InputError(msg) from error
    version = about.get("version")
    if not isinstance(version, int) or version not in KIND.versions:
        known = " or ".join(map(str, KIND.versions))
        msg = f"{path} has format version {version}, this release reads version {known}; {KIND.advice}"
        raise InputError(msg)
    try:
        return ModelConfig.from_json(about["model"]), version
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        msg = f"{path} cannot be used: {error}; {KIND.advice}"
        raise InputError(msg) from error


def read_weights(path: Path, model: LesionDiffusion, version: int) -> None:
    """Put weights and control histograms into a model that is built."""
    own: Layout = {f"model.{name}": ("f", tuple(value.shape)) for name, value in model.state_dict().items()}
    layout = {**own, **CONTROL_LAYOUT}
    if version == 1:
        layout = {old_name(name): spec for name, spec in layout.items()}
        warnings.warn(
            f"{path.parent} is a model of the first format, which later releases do not read; "
            f"python tools/rewrite_weights.py {path.parent} brings it up to date, or train it anew",
            ClaimAugWarning,
            stacklevel=5,
        )
    _, arrays = KIND.read(path, layout)
    if not arrays["control.area"].size:
        raise KIND.refusal(path, "it holds no control histograms")
    weights = {name: torch.from_numpy(arrays[f"model.{name}"].copy()).float() for name in model.state_dict()}
    model.load_state_dict(weights)
    model.knows_remote = version >= KNOWS_REMOTE
    names = CONTROL_LAYOUT if version > 1 else map(old_name, CONTROL_LAYOUT)
    model.controls = Controls(*(arrays[name] for name in names))


def old_name(name: str) -> str:
    """The name of an array in the first format."""
    return name.replace("source_patient", "donor")
