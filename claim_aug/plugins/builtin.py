"""The built-in backends, registered as any third party's are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claim_aug.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from claim_aug.plugins.registry import Register


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
