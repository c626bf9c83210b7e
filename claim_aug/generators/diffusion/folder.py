"""A model as a folder: ``weights.safetensors``, ``config.json`` and a card, ``README.md``. None of it is executed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from claim_aug.errors import InputError
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control import BINS, Controls
from claim_aug.generators.diffusion.model import LesionDiffusion

FORMAT, VERSION = "claim-aug lesion diffusion", 1
WEIGHTS, CONFIG, CARD = "weights.safetensors", "config.json", "README.md"
ADVICE = "train one with claim-aug train DATASET OUT"
#: Files that can run code when they are loaded.
PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".joblib")
CONTROL_FIELDS = {"histogram": np.float32, "donor": np.int32, "area": np.float32, "noise": np.float32}


def write_model(model: LesionDiffusion, folder: Path, card: str, *, half: bool = False) -> None:
    """Write a model into a folder that exists; ``half`` stores weights in 16 bits."""
    assert model.controls is not None
    kind = torch.float16 if half else torch.float32
    tensors = {
        f"model.{name}": value.detach().cpu().to(kind).contiguous() for name, value in model.state_dict().items()
    }
    for name in CONTROL_FIELDS:
        tensors[f"control.{name}"] = torch.from_numpy(np.ascontiguousarray(getattr(model.controls, name)))
    about = {"format": FORMAT, "version": VERSION, "model": model.config.to_json()}
    (folder / WEIGHTS).write_bytes(save(tensors, {"format": FORMAT}))
    (folder / CONFIG).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")


def read_model(folder: str | Path, device: str = "cpu", *, compiled: bool = False) -> LesionDiffusion:
    """The model of a folder, ready to sample: read once per process and device, again when its files change.

    Raises:
        InputError: no such folder, a file that is missing, truncated, a pickle, or of something else.
    """
    path = Path(folder)
    if path.suffix.lower() in PICKLES:
        msg = f"{path} is a pickle, which can run code when it is loaded, and is refused; {ADVICE}"
        raise InputError(msg)
    stamps = []
    for name in (CONFIG, WEIGHTS):
        try:
            state = (path / name).stat()
        except OSError as error:
            pickles = [file.name for file in path.glob("*") if file.suffix.lower() in PICKLES] if path.is_dir() else []
            why = f"; {pickles[0]} in it is a pickle and is refused" if pickles else ""
            msg = f"{path} is no folder of a generator: {name} cannot be read ({error.strerror}){why}; {ADVICE}"
            raise InputError(msg) from error
        stamps.append((state.st_mtime_ns, state.st_size))
    return read_again(str(path.resolve()), tuple(stamps), device, compiled)


@lru_cache(maxsize=4)
def read_again(folder: str, stamps: tuple[tuple[int, int], ...], device: str, compiled: bool) -> LesionDiffusion:
    """Read a folder; times and sizes of its files make a changed model another one."""
    path = Path(folder)
    config = read_config(path / CONFIG)
    tensors = read_tensors(path / WEIGHTS)
    controls = read_controls(tensors, path / WEIGHTS)
    with torch.random.fork_rng(devices=[]):  # a fresh network draws weights that are replaced at once
        model = LesionDiffusion(config, controls)
    own = {name.removeprefix("model."): value.float() for name, value in tensors.items() if name.startswith("model.")}
    wrong = wrong_weights(own, model.state_dict())
    if wrong:
        msg = f"{path / WEIGHTS} does not fit {path / CONFIG}: {wrong}; {ADVICE}"
        raise InputError(msg)
    model.load_state_dict(own)
    model = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    if compiled:
        model.denoiser.compile()
    return model


def read_config(path: Path) -> ModelConfig:
    """The model that a config speaks of."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise KeyError("format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is no config of a lesion-diffusion model; {ADVICE}"
        raise InputError(msg) from error
    if about.get("version") != VERSION:
        msg = f"{path} has format version {about.get('version')}, this release reads version {VERSION}; {ADVICE}"
        raise InputError(msg)
    try:
        return ModelConfig.from_json(about["model"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        msg = f"{path} cannot be used: {error}; {ADVICE}"
        raise InputError(msg) from error


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Every array of a safetensors file of ours."""
    try:
        with safe_open(path, framework="pt") as file:
            ours = (file.metadata() or {}).get("format") == FORMAT
            tensors = {name: file.get_tensor(name) for name in file.keys()} if ours else {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        msg = f"{path} cannot be read as weights; is it truncated or another format? {ADVICE}"
        raise InputError(msg) from error
    if not ours:
        msg = f"{path} is a safetensors file of something else; {ADVICE}"
        raise InputError(msg)
    return tensors


def read_controls(tensors: dict[str, torch.Tensor], path: Path) -> Controls:
    """The training set's histograms."""
    try:
        arrays: dict[str, Any] = {n: tensors[f"control.{n}"].numpy().astype(kind) for n, kind in CONTROL_FIELDS.items()}
    except KeyError as error:
        msg = f"{path} has no {error.args[0]}; {ADVICE}"
        raise InputError(msg) from error
    count = len(arrays["donor"])
    shapes_fit = arrays["histogram"].shape == (count, BINS) and all(len(array) == count for array in arrays.values())
    if not count or not shapes_fit or not all(np.isfinite(array).all() for array in arrays.values()):
        msg = f"{path} holds control histograms that do not fit each other; {ADVICE}"
        raise InputError(msg)
    return Controls(**arrays)


def wrong_weights(found: dict[str, torch.Tensor], needed: dict[str, torch.Tensor]) -> str | None:
    """What is wrong with weights, if anything."""
    for name in needed.keys() ^ found.keys():
        return f"{name} is {'missing' if name in needed else 'not part of this model'}"
    for name, value in found.items():
        if value.shape != needed[name].shape:
            return f"{name} needs shape {tuple(needed[name].shape)}, it has {tuple(value.shape)}"
        if not torch.isfinite(value).all():
            return f"{name} holds values that are NaN or infinite"
    return None
