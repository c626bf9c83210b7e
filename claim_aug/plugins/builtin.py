"""The built-in backends, registered as any third party's are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claim_aug.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from claim_aug.plugins.registry import Register

LAYOUTS = {
    "emidec": "EMIDEC (CASE/Images, CASE/Contours)",
    "side_by_side": "images/ beside labels/",
    "nnunet": "nnU-Net raw (imagesTr, labelsTr)",
    "bids": "BIDS (sub-*)",
    "myops": "MyoPS (NAME_LGE, NAME_gd)",
    "flat": "NAME beside NAME_labels",
    "alone": "label maps alone",
    "folders_of_cases": "a folder for each case",
}
OUTPUT_LAYOUTS = {
    "plain": "images/ beside labels/",
    "nnunet": "a data set of nnU-Net, with the scans themselves",
    "same": "folders and names as the input has them",
    "flat": "one folder",
}
METRICS = {
    "adherence": "Dice of the label with what FWHM finds",
    "adherence_5sd": "Dice of the label with what lies 5 SD over remote",
    "adherence_net": "Dice of the label with what the segmenter finds in the wall",
    "adherence_gap": "the same less that in real scar",
    "burden_error": "size drawn against size labelled, %LV",
    "brightness": "Wasserstein distance of infarct intensities, SD over remote",
    "blood": "the same relative to blood, where remote is 0 and blood 1",
    "texture": "mean distance of six texture statistics, SD of the real set",
    "seam": "steepness of the border over that of real scar",
    "profile": "difference of the profile from endocardium to epicardium, SD over remote",
    "neighbours": "Dice of the scars of neighbouring slices, less that of real scar",
    "frechet": "Fréchet distance of ten radiomic features, SD of the real set",
    "kernel": "kernel distance (KID) of a network's features",
    "auc": "area under the ROC curve of a classifier of synthetic and real slices, in patients it has not seen",
    "burden": "mean size of scar over that of the real set",
    "transmurality": "Wasserstein distance of transmurality",
    "territories": "share of the scar that lies in another territory than in the real set",
    "segments": "mean difference of how often a segment holds scar",
    "burden_cohorts": "mean size, %LV, beside that of cohorts",
    "endocardium": "share of scarred sectors that begin at the endocardium",
    "transmural": "share of scans with a transmural segment",
    "pair_dice": "Dice of two synthetic scars on the wall's coordinates",
    "pair_excess": "the same less that of two real scars",
    "segments_hit": "share of the segments that hold scar in at least one scan",
    "spread": "how much the looks of scar vary between scans, over the real set",
    "largest_share": "share of the scans that were made from one patient",
}


@hookimpl
def register_label_schemes(register: Register) -> None:
    for name in ("emidec", "phantom", "acdc", "mnms", "myops", "mscmrseg"):
        register(name, "claim_aug.anatomy.labels:SCHEMES")


@hookimpl
def register_priors(register: Register) -> None:
    register("smile", "claim_aug.priors.smile:SmilePrior", summary="ischaemic scar by coronary territory (AHA-17)")
    register("random", "claim_aug.priors.blobs:RandomPrior", summary="blobs anywhere in the wall")
    register("manual", "claim_aug.priors.manual:ManualPrior", summary="segments with a transmurality, or your own mask")


@hookimpl
def register_generators(register: Register) -> None:
    register(
        "signal", "claim_aug.generators.signal:SignalGenerator", summary="inversion-recovery signal, needs no training"
    )
    register(
        "transplant", "claim_aug.generators.transplant:TransplantGenerator", summary="texture of a bank's real scars"
    )
    diffusion = "claim_aug.generators.diffusion.generator"
    register("ddpm", f"{diffusion}:DiffusionGenerator", summary="lesion-focused diffusion on pixels")
    register("latent", f"{diffusion}:LatentGenerator", summary="lesion-focused diffusion in an autoencoder's codes")


@hookimpl
def register_layouts(register: Register) -> None:
    for name, summary in LAYOUTS.items():
        register(name, f"claim_aug.data.input_layouts:{name}", summary=summary)


@hookimpl
def register_output_layouts(register: Register) -> None:
    for name, summary in OUTPUT_LAYOUTS.items():
        register(name, f"claim_aug.data.output_layouts:{name.upper()}", summary=summary)


@hookimpl
def register_metrics(register: Register) -> None:
    for name, summary in METRICS.items():
        register(name, "claim_aug.evaluation.metrics:DEFINITIONS", summary=summary)
