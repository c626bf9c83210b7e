"""From slices to a folder of weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from claim_aug.data.staging import staged
from claim_aug.errors import InputError, OutputError
from claim_aug.fingerprint import fingerprint
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.control_histogram import Controls
from claim_aug.generators.diffusion.folder import write_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.optimisation.loop import fit
from claim_aug.optimisation.plan import Plan, Report
from claim_aug.training.batches import Batches, validation_batch
from claim_aug.training.card import TrainingData, write_card
from claim_aug.training.codec import CodecLoss, standardise
from claim_aug.training.sheet import plot_sheet
from claim_aug.training.slices import TrainingSlice, controls_of

if TYPE_CHECKING:
    from accelerate import Accelerator

#: Checkpoints, logs and sample sheets, inside the model's folder.
RUN = "training"


@torch.random.fork_rng(devices=[])  # nothing outside notices that torch was seeded
def train(
    slices: Sequence[TrainingSlice],
    validation: Sequence[TrainingSlice],
    out: Path,
    config: ModelConfig,
    plan: Plan,
    source: TrainingData,
    accelerator: Accelerator,
    *,
    start: LesionDiffusion | None = None,
    controls: Controls | None = None,
    codec_plan: Plan | None = None,
    half: bool = False,
    report: Report = lambda progress: None,
) -> LesionDiffusion:
    """Train a model and write its folder; a run that was cut off goes on from its last checkpoint.

    Args:
        slices: slices to learn from.
        validation: slices of the patients for validation, which are shown, too; may be empty.
        out: folder for the model.
        config: model to be trained.
        plan: steps, batch, learning rate and seed.
        source: description of the data for the model's card.
        accelerator: processes and device of accelerate.
        start: model of this config to start from, whose codes stay; random weights by default.
        controls: control histograms to draw from when painting; those of ``slices`` by default.
        codec_plan: plan for the autoencoder of ``latent``; ``plan`` with half the steps by default.
        half: whether the weights are stored in 16 bits.
        report: function that is called with the progress of every step.

    Raises:
        InputError: a batch that processes cannot share, a loss that is not finite, or another training's folder.
        OutputError: a folder that cannot be written.
    """
    if plan.batch % accelerator.num_processes:
        msg = f"--batch {plan.batch} cannot be parted evenly among {accelerator.num_processes} processes"
        raise InputError(msg)
    torch.manual_seed(plan.seed)
    model = LesionDiffusion(config, controls or controls_of(slices))
    about = {"model": config.to_json(), "slices": len(slices), "data": slices_fingerprint(slices)}
    if start is not None:
        model.load_state_dict(start.state_dict())
        about["start"] = fingerprint(*(value.cpu().numpy() for value in start.state_dict().values()))
    batches = Batches(slices, config, plan.batch, plan.seed, accelerator.process_index, accelerator.num_processes)
    fixed = validation_batch(validation, config, plan.seed) if validation else None
    folder = out / RUN
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write to {out}: {error.strerror}"
        raise OutputError(msg) from error

    def validation_loss(module: nn.Module) -> float | None:
        if fixed is None:
            return None
        with torch.no_grad():
            return round(float(module(*(part.to(accelerator.device) for part in fixed))), 6)

    def show(module: nn.Module, step: int) -> None:
        assert isinstance(module, LesionDiffusion)
        plot_sheet(module, validation or slices, folder / "samples.png", f"step {step}")

    if model.codec is not None and start is not None:
        model.codec.requires_grad_(False)
    elif model.codec is not None:
        first = codec_plan or replace(plan, steps=max(plan.steps // 2, 1))
        trained = fit(
            CodecLoss(model.codec), replace(batches, size=first.batch), validation_loss, first, accelerator,
            stage="codec", folder=folder, about=about, report=report,
        )  # fmt: skip
        assert isinstance(trained, CodecLoss)
        model.codec = trained.codec.requires_grad_(False)
        standardise(model.codec, validation_batch(slices, config, plan.seed))
    model = fit(
        model, batches, validation_loss, plan, accelerator,
        stage="diffusion", folder=folder, about=about, report=report, show=show,
    )  # type: ignore[assignment]  # fmt: skip
    if accelerator.is_main_process:
        with staged(out) as stage:
            write_model(model, stage, write_card(config, source, plan, validation_loss(model)), half=half)
    accelerator.wait_for_everyone()
    return model


def slices_fingerprint(slices: Sequence[TrainingSlice]) -> str:
    """The fingerprint of a training set."""
    return fingerprint(*(part for one in slices for part in (one.slice_.relative_intensity, one.slice_.scar)))
