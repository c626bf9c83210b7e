"""A data set in, a generator out: the work behind ``claim-aug train``."""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from claim_aug.anatomy import LabelScheme
from claim_aug.data.claim import claimed
from claim_aug.data.staging import refuse_existing
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.config import KINDS, ModelConfig
from claim_aug.generators.diffusion.folder import CONFIG, read_model
from claim_aug.generators.diffusion.generator import SHIPPED
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.optimisation.device import find_device
from claim_aug.optimisation.plan import Plan, Report
from claim_aug.training.card import TrainingData
from claim_aug.training.slices import read_slices, split
from claim_aug.training.train import RUN, train

if TYPE_CHECKING:
    from accelerate import Accelerator


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Attributes:
        patients: number of patients that were learnt from.
        slices: number of slices with scar that were learnt from.
        validation: number of patients for validation.
        skipped: names of cases in which no ventricle could be read.
        is_main_process: whether this process is the one of several that prints.
    """

    patients: int
    slices: int
    validation: int
    skipped: list[str]
    is_main_process: bool = True


def train_generator(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    plan: Plan,
    *,
    kind: str = "ddpm",
    factor: int = 2,
    start: str | None = None,
    validation_share: float = 0.1,
    licence: str = "not stated",
    device: str | None = None,
    overwrite: bool = False,
    report: Report = lambda progress: None,
) -> Trained:
    """Train ``ddpm`` or ``latent`` on the labelled scars of a data set; goes on where it was cut off.

    Args:
        dataset: folder of images and label maps.
        out: folder for the model.
        scheme: label scheme of the data set.
        plan: steps, batch, learning rate and seed.
        kind: kind of the generator, ``"ddpm"`` or ``"latent"``.
        factor: number of pixels along a code's side of ``latent``: 2 or 4.
        start: folder of a model to start from, or ``"shipped"``: its network and, of ``latent``, its codes.
        validation_share: share of the patients for validation, 0-0.5.
        licence: licence of the data, for the card.
        device: device of PyTorch, such as ``"cpu"``; what accelerate finds by default.
        overwrite: whether to start anew instead of going on; a model that is there is replaced in the end.
        report: function that is called with the progress of every step.

    Raises:
        ClaimAugError: an impossible request, no scar in the data, a loss that is not finite, or too little memory.
    """
    if kind not in KINDS:
        msg = f"generator needs to be one of {', '.join(KINDS)} to be trained, got {kind!r}"
        raise InputError(msg)
    if factor not in (2, 4):
        msg = f"factor needs to be 2 or 4, got {factor}"
        raise InputError(msg)
    config = ModelConfig.from_kind(kind)
    if kind == "latent" and factor == 4:
        config = ModelConfig.from_kind(kind, factor=4, codes=8, codec_widths=(32, 48, 64))
    begun = None if start is None else model_to_start_from(start, kind)
    config = config if begun is None else begun.config
    found, skipped = read_slices(dataset, scheme, spacing=config.spacing, size=config.size)
    learn, validation = split(found, validation_share, plan.seed)
    accelerator = make_accelerator(device)
    patients, slices = len({slice_.patient for slice_ in learn}), sum(not slice_.remote for slice_ in learn)
    source = TrainingData(dataset.name, licence, patients, slices, start="" if start is None else Path(start).name)
    quiet = report if accelerator.is_main_process else (lambda progress: None)
    with claimed(out) if accelerator.is_main_process else nullcontext():
        if not overwrite and not (out / RUN).exists():
            refuse_existing(out, [CONFIG])  # a model that is finished, and nothing to go on from
        if overwrite and accelerator.is_main_process:
            # The old model stays until the new one takes its place.
            shutil.rmtree(out / RUN, ignore_errors=True)
        accelerator.wait_for_everyone()
        train(learn, validation, out, config, plan, source, accelerator, start=begun, report=quiet)
    others = len({slice_.patient for slice_ in validation})
    return Trained(patients, slices, others, skipped, accelerator.is_main_process)


def model_to_start_from(start: str, kind: str) -> LesionDiffusion:
    """The model of a folder, or that of the package.

    Raises:
        InputError: a model that cannot be read, or is of another kind.
    """
    model = read_model(SHIPPED if start == "shipped" else start)
    if model.config.kind != kind:
        msg = f"--start {start} is a model of the kind {model.config.kind!r}, to be trained is {kind!r}"
        raise InputError(msg)
    return model


def make_accelerator(device: str | None) -> Accelerator:
    """Processes and devices as ``accelerate launch`` set them up; one process without it.

    Raises:
        InputError: an unknown device, or processes that would each train a model of their own.
    """
    from accelerate import Accelerator

    if device is not None:
        find_device(device)
        if torch.device(device).type == "cuda" and torch.device(device).index is not None:
            torch.cuda.set_device(device)
    accelerator = Accelerator(cpu=device == "cpu")
    launched = int(os.environ.get("WORLD_SIZE", "1"))
    if launched != accelerator.num_processes:
        msg = f"{launched} processes were launched that know nothing of each other; on processors add --device cpu"
        raise InputError(msg)
    return accelerator
