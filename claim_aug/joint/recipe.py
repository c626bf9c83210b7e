"""The paper's recipe: MONAI's U-Net and the generator, in turns, on windows around the ventricle."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from claim_aug.adapters.insertion import SEEDS
from claim_aug.errors import InputError, UnanchoredWarning
from claim_aug.joint.curriculum import Curriculum
from claim_aug.joint.settings import JointSettings
from claim_aug.joint.trainer import JointTrainer
from claim_aug.measures.dice import dice
from claim_aug.optimisation.checkpoint import load_moments, moments, part, read_state, under, write_state
from claim_aug.optimisation.log import read_log, write_log, writing_to
from claim_aug.optimisation.loop import dropout_seed
from claim_aug.optimisation.plan import Plan, Progress, Report
from claim_aug.segmentation.patients import PatientWindow, WindowBatches, collate, to_classes
from claim_aug.synthesizer import ScarSynthesizer

STAGE = "joint"
LOSSES = ("lesion", "feedback", "generator", "segmenter", "dropped")


@dataclass(frozen=True)
class JointPlan:
    """How both are trained.

    Attributes:
        plan: steps, batch, seed and learning rate of the segmenter, which rises and falls as ``Plan`` says.
        generator_lr: highest learning rate of the generator; it follows the same curve.
        alone: number of steps at the start in which the segmenter learns alone.
        settings: weights, objective and share of new scars of the ``JointTrainer``.
        first: range of burden at the start of a curriculum, %LV; ``None`` for no curriculum.
        last: range of burden at the end of a curriculum, or else of all scars, %LV; ``None`` for the prior's own.
        steering: share of the patients by whom the generator is steered with the objective ``"improve"``, 0-0.5.
    """

    plan: Plan
    generator_lr: float = 1e-5
    alone: int = 0
    settings: JointSettings = field(default_factory=JointSettings)
    first: tuple[float, float] | None = None
    last: tuple[float, float] | None = None
    steering: float = 0.3

    def curriculum(self) -> Curriculum | None:
        """Of the steps in which both learn."""
        if self.first is None or self.last is None:
            return None
        return Curriculum(self.first, self.last, max(self.plan.steps - self.alone, 1))


@torch.random.fork_rng(devices=[])  # nothing outside notices that torch was seeded
def fit_joint(
    windows: Sequence[PatientWindow],
    validation: Sequence[PatientWindow],
    synthesizer: ScarSynthesizer,
    segmenter: nn.Module,
    joint_plan: JointPlan,
    folder: Path,
    about: dict[str, Any],
    prepare: Callable[[JointTrainer], None],
    report: Report,
    steering: Sequence[PatientWindow] = (),
) -> JointTrainer:
    """Train both, from the last checkpoint on if there is one.

    Args:
        windows: windows of the patients to learn from.
        validation: windows of the patients for validation; may be empty.
        synthesizer: synthesizer with the diffusion generator to start from.
        segmenter: segmenter to start from, which is changed.
        joint_plan: steps, learning rates and settings of both.
        folder: folder for checkpoints and the log.
        about: facts that a checkpoint needs to agree in to be continued.
        prepare: function that is called with the trainer before it starts.
        report: function that is called with the progress of every step.
        steering: windows of the patients that steer the generator with the objective ``"improve"``.

    Raises:
        InputError: a loss that is not finite, or a checkpoint of another training.
        OutputError: a checkpoint that cannot be written.
    """
    plan = joint_plan.plan
    own = asdict(joint_plan)
    settings = own.pop("settings")
    run = json.loads(json.dumps(about | own | settings))  # as a checkpoint gives it back
    torch.manual_seed(plan.seed)
    joint = make_trainer(synthesizer, segmenter, joint_plan, steering)
    prepare(joint)
    path, log = folder / f"{STAGE}.safetensors", folder / f"{STAGE}.csv"
    done = restore(path, joint, run)
    rows = read_log(log, done) if done else []
    batches = WindowBatches(windows, plan.batch, plan.seed)
    recent: list[dict[str, float]] = []
    for step in range(done, plan.steps):
        recent.append(take_step(joint, batches(step), joint_plan, step))
        report(Progress(STAGE, step + 1, plan.steps, float(np.mean([one["segmenter"] for one in recent]))))
        if (step + 1) % plan.checkpoint_every == 0 or step + 1 == plan.steps:
            rows.append((step + 1, *(mean_of(recent, name) for name in LOSSES), scar_dice(joint, validation)))
            with writing_to(folder):
                write_log(log, rows, ("step", *LOSSES, "dice"))
            write_state(path, step + 1, tensors_of(joint), run)
            recent.clear()
    return joint


def make_trainer(
    synthesizer: ScarSynthesizer, segmenter: nn.Module, joint_plan: JointPlan, steering: Sequence[PatientWindow]
) -> JointTrainer:
    """The trainer, with both networks where the generator runs."""
    plan = joint_plan.plan
    joint = JointTrainer(
        synthesizer,
        segmenter,
        target=to_classes,
        curriculum=joint_plan.curriculum(),
        steering=WindowBatches(steering, plan.batch, plan.seed) if steering else None,
        **asdict(joint_plan.settings),
    )
    segmenter.to(joint.generator.alphas.device)
    return joint.attach(
        generator_optimizer=torch.optim.AdamW(joint.generator.parameters(), lr=joint_plan.generator_lr),
        segmenter_optimizer=torch.optim.AdamW(segmenter.parameters(), lr=plan.lr),
        max_norm=1.0,
    )


def take_step(joint: JointTrainer, batch: dict[str, Any], joint_plan: JointPlan, step: int) -> dict[str, float]:
    """One step of both, or of the segmenter alone; all that is random in it follows from its number."""
    plan = joint_plan.plan
    rates = {"generator": joint_plan.generator_lr, "segmenter": plan.lr}
    for who, rate in rates.items():
        for group in getattr(joint.updates, f"{who}_optimizer").param_groups:
            group["lr"] = rate * plan.lr_at(step) / plan.lr
    torch.manual_seed(dropout_seed(plan.seed, step, 0))
    seed = int(np.random.default_rng((plan.seed, 4, step)).integers(SEEDS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnanchoredWarning)  # of single slices, each of them
        return (joint.segmenter_step if step < joint_plan.alone else joint.step)(batch, seed=seed)


def mean_of(steps: Sequence[dict[str, float]], name: str) -> float | None:
    """Mean of a loss over the steps that have it."""
    values = [one[name] for one in steps if name in one]
    return round(float(np.mean(values)), 6) if values else None


@torch.no_grad()
def scar_dice(joint: JointTrainer, windows: Sequence[PatientWindow]) -> float | None:
    """Dice of scar, a mean over the patients that have some; ``None`` where there are none."""
    patients: dict[str, list[PatientWindow]] = defaultdict(list)
    for window in windows:
        patients[window.patient].append(window)
    joint.segmenter.eval()
    scores = []
    for own in patients.values():
        batch = collate(own)
        logits = joint.segmenter(batch["image"].to(joint.generator.alphas.device)).cpu()
        scar = torch.isin(joint.scorer.target(batch["label"])[:, 0], joint.scorer.scar(logits))
        scores.append(dice(joint.scorer.found(logits).numpy(), scar.numpy()))
    joint.segmenter.train()
    known = [score for score in scores if score is not None]
    return round(float(np.mean(known)), 6) if known else None


def tensors_of(joint: JointTrainer) -> dict[str, torch.Tensor]:
    """All that a checkpoint keeps."""
    parts = {
        "generator": joint.generator.state_dict(),
        "segmenter": joint.segmenter.state_dict(),
        "generator_moments": moments(joint.updates.generator_optimizer),
        "segmenter_moments": moments(joint.updates.segmenter_optimizer),
        "joint": {"steps": torch.tensor(joint.steps)},
    }
    return {name: value for kind, tensors in parts.items() for name, value in under(kind, tensors).items()}


def restore(path: Path, joint: JointTrainer, run: dict[str, Any]) -> int:
    """Put a checkpoint back; returns the steps that were done."""
    done, tensors = read_state(path, run)
    if done:
        try:
            joint.generator.load_state_dict(part(tensors, "generator"))
            joint.segmenter.load_state_dict(part(tensors, "segmenter"))
        except RuntimeError as error:
            msg = f"{path} does not fit the networks of this release; remove it to start anew"
            raise InputError(msg) from error
        load_moments(joint.updates.generator_optimizer, part(tensors, "generator_moments"), done)
        load_moments(joint.updates.segmenter_optimizer, part(tensors, "segmenter_moments"), done)
        joint.steps = int(tensors["joint.steps"])
    return done
