"""A data set in, a generator and a segmenter out: the work behind ``claim-aug joint-train``."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claim_aug._version import __version__
from claim_aug.anatomy import LabelScheme
from claim_aug.data.claim import claims_out
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError, OutputError
from claim_aug.fingerprint import fingerprint
from claim_aug.generators.diffusion.folder import CONFIG, read_config, write_model
from claim_aug.joint.recipe import JointPlan, fit_joint, scar_dice
from claim_aug.joint.trainer import JointTrainer
from claim_aug.optimisation.plan import Report
from claim_aug.segmentation.fit import fresh_network
from claim_aug.segmentation.folder import read_segmenter, write_segmenter
from claim_aug.segmentation.patients import SCHEME, PatientWindow, read_windows
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import CLASSES
from claim_aug.synthesizer import ScarSynthesizer
from claim_aug.training.slices import controls_of, read_slices, split
from claim_aug.training.train import RUN

GENERATOR, SEGMENTER = "generator", "segmenter"


@dataclass(frozen=True)
class Trained:
    """What came of a training.

    Attributes:
        patients: number of patients that were learnt from.
        windows: number of windows that were learnt from.
        validation: number of patients for validation.
        dice: mean Dice of scar of the patients for validation, 0-1; ``None`` where none of them has scar.
        kind: kind of the generator, ``"ddpm"`` or ``"latent"``.
        skipped: names of cases in which no ventricle could be read.
    """

    patients: int
    windows: int
    validation: int
    dice: float | None
    kind: str
    skipped: list[str]


@claims_out
def train_jointly(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    joint_plan: JointPlan,
    *,
    model: Path | None = None,
    start: Path | None = None,
    validation_share: float = 0.1,
    licence: str = "not stated",
    device: str | None = None,
    overwrite: bool = False,
    config: UNetConfig | None = None,
    report: Report = lambda progress: None,
) -> Trained:
    """Train a generator and a segmenter on a labelled data set; goes on where it was cut off.

    Args:
        dataset: folder of images and label maps.
        out: folder for the generator and the segmenter.
        scheme: label scheme of the data set.
        joint_plan: steps, learning rates and settings of both.
        model: folder of the generator to start from; the shipped ``ddpm`` by default.
        start: folder of the segmenter to start from; random weights by default.
        validation_share: share of the patients for validation, 0-0.5.
        licence: licence of the data, for the generator's card.
        device: device of PyTorch, such as ``"cpu"``; the fastest there is by default.
        overwrite: whether to start anew instead of going on.
        config: size of a segmenter with random weights.
        report: function that is called with the progress of every step.

    Raises:
        ClaimAugError: an impossible request, no scar in the data, a loss that is not finite.
    """
    kind = "ddpm" if model is None else read_config(model / CONFIG)[0].kind
    options: dict[str, Any] = {} if joint_plan.last is None else {"burden": joint_plan.last}
    synthesizer = ScarSynthesizer(
        generator=kind if model is None else f"{kind}:{model}", labels=SCHEME, device=device, **options
    )
    found, skipped = read_windows(dataset, scheme)
    learn, validation = split(found, validation_share, joint_plan.plan.seed)
    if not overwrite and not (out / RUN).exists():
        refuse_existing(out, [f"{GENERATOR}/{CONFIG}"])  # a training that is finished, and nothing to go on from
    steering: list[PatientWindow] = []
    if joint_plan.settings.objective == "improve":
        if not 0 < joint_plan.steering <= 0.5:
            share = joint_plan.steering
            msg = f"objective 'improve' needs patients that steer it, a share above 0 and up to 0.5, got {share:g}"
            raise InputError(msg)
        learn, steering = split(learn, joint_plan.steering, joint_plan.plan.seed + 1)
    unet = (config or UNetConfig()) if start is None else read_segmenter(start).config
    segmenter = fresh_network(unet, joint_plan.plan.seed)
    if start is not None:
        segmenter.load_state_dict(read_segmenter(start).network.state_dict())
    model_config = synthesizer.backends[1].network().config  # type: ignore[attr-defined]
    names = {window.patient for window in learn}
    arrays = (array for window in (*learn, *steering) for array in (window.image, window.labels))
    weights = (value.numpy() for value in segmenter.state_dict().values())
    about = {"model": model_config.to_json(), "data": fingerprint(*arrays), "start": fingerprint(*weights)}

    def prepare(joint: JointTrainer) -> None:
        # Scars are to be as bright as those of this data set, not those of the set that the model is from.
        window = {"spacing": joint.generator.config.spacing, "size": joint.generator.config.size}
        slices, _ = read_slices(dataset, scheme, **window)  # type: ignore[arg-type]
        joint.generator.controls = controls_of(one for one in slices if one.patient in names)
        if overwrite:  # now that nothing is wrong with the request
            shutil.rmtree(out / RUN, ignore_errors=True)
        try:
            (out / RUN).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"cannot write to {out}: {error.strerror}"
            raise OutputError(msg) from error

    joint = fit_joint(
        learn, validation, synthesizer, segmenter, joint_plan, out / RUN, about, prepare, report, steering
    )
    score = scar_dice(joint, validation)
    kept = len({window.patient for window in validation})
    done = Trained(len(names), len(learn), kept, score, kind, skipped)
    with staged(out) as stage:
        for name in (GENERATOR, SEGMENTER):
            (stage / name).mkdir()
        text = card(dataset, licence, joint_plan, done)
        write_model(joint.generator, stage / GENERATOR, text)
        about = {"patients": len(names), "licence": licence}
        write_segmenter(Segmenter(joint.segmenter, unet, about=about), stage / SEGMENTER, text)
    return done


def card(dataset: Path, licence: str, joint_plan: JointPlan, done: Trained) -> str:
    """The generator's card in Markdown."""
    plan, settings = joint_plan.plan, joint_plan.settings
    quality = "no patient with scar was" if done.dice is None else f"{done.dice:.3f} on {done.validation} patients"
    return f"""# Lesion diffusion for LGE cardiac MRI, trained with a segmenter

Paints myocardial scar into a slice of a late gadolinium enhancement scan. Not for diagnosis.

| | |
|---|---|
| made by | claim-aug {__version__}, joint-train |
| trained on | {dataset.name}: {done.windows} slices of {done.patients} patients |
| licence of the data | {licence} |
| training | {plan.steps} steps of {plan.batch} slices, seed {plan.seed}, AdamW to {joint_plan.generator_lr:g} |
| loss | squared error in the lesion, plus {settings.weight:g} times the segmenter's ({settings.objective}) |
| segmenter | MONAI U-Net of {", ".join(CLASSES)}; Dice of scar {quality} kept apart |

Weights are safetensors and run no code. Whoever passes them on answers for the licence and the consent of the scans
that they were trained on.
"""
