"""The model card: what a generator was trained on, how, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from claim_aug._version import __version__
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.optimisation.plan import Plan


@dataclass(frozen=True)
class TrainingData:
    """What a model was trained on.

    Attributes:
        name: name of the data set.
        licence: licence of the data, as far as it is known.
        patients: number of patients.
        slices: number of slices with scar.
        remark: sentence to add to the card.
        measured: result that was measured beside the validation loss.
        unit: word for ``patients``, such as ``"phantoms"``.
        start: name of the model that the training started from; empty for random weights.
    """

    name: str
    licence: str
    patients: int
    slices: int
    remark: str = ""
    measured: str = ""
    unit: str = "patients"
    start: str = ""


def write_card(config: ModelConfig, source: TrainingData, plan: Plan, validation: float | None) -> str:
    """The card in Markdown."""
    found = f"no {source.unit} were" if validation is None else f"{validation:.4f} on {source.unit}"
    return f"""# Lesion diffusion for LGE cardiac MRI, {config.kind}

Paints myocardial scar into a slice of a late gadolinium enhancement scan. Not for diagnosis.

| | |
|---|---|
| made by | claim-aug {__version__} |
| trained on | {source.name}: {source.slices} slices with scar of {source.patients} {source.unit} |
| licence of the data | {source.licence} |
| window | {config.size} x {config.size} pixels of {config.spacing:g} mm around the left ventricle |
| intensities | each slice's remote myocardium is 0, its blood pool 1 |
| network | U-Net of widths {", ".join(map(str, config.widths))}, {config.layers} block(s) at each scale, v-prediction |
| code | {"none, pixels" if config.kind == "ddpm" else f"{config.codes} channels of 1/{config.factor} the side"} |
| loss | squared error in the lesion and a narrow rim |
| started from | {source.start or "random weights"} |
| training | {plan.steps} steps of {plan.batch} slices, AdamW to {plan.lr:g}, EMA {plan.ema_decay:g}, seed {plan.seed} |
| validation loss | {found} kept apart |
| measured | {source.measured or "nothing else; see benchmarks/generators.py"} |

{source.remark}

Weights are safetensors and run no code. Whoever passes them on answers for the licence and the consent of the scans
that they were trained on.
"""
