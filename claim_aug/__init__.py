"""Anatomically plausible myocardial scar for real LGE cardiac MRI.

The public names are imported when first used, so that ``import claim_aug`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from claim_aug._version import __version__

if TYPE_CHECKING:
    from claim_aug.adapters.mixed_sampler import MixedSampler
    from claim_aug.adapters.workers import seed_worker
    from claim_aug.anatomy import LabelScheme, LVAnatomy
    from claim_aug.errors import ClaimAugError
    from claim_aug.evaluation.metric import Evaluation
    from claim_aug.generators import Rendering, ScarGenerator
    from claim_aug.jobs.evaluate import evaluate
    from claim_aug.jobs.generate import sample_seed
    from claim_aug.jobs.quantify import scar_report
    from claim_aug.plots.view import view
    from claim_aug.plugins import hookimpl
    from claim_aug.pool import ScarPool
    from claim_aug.priors import MaskPrior, ScarMask
    from claim_aug.sample import ScarSample
    from claim_aug.synthesizer import ScarSynthesizer

_HOMES = {
    "ClaimAugError": "claim_aug.errors",
    "Evaluation": "claim_aug.evaluation.metric",
    "LVAnatomy": "claim_aug.anatomy",
    "LabelScheme": "claim_aug.anatomy",
    "MaskPrior": "claim_aug.priors",
    "MixedSampler": "claim_aug.adapters.mixed_sampler",
    "Rendering": "claim_aug.generators",
    "ScarGenerator": "claim_aug.generators",
    "ScarMask": "claim_aug.priors",
    "ScarPool": "claim_aug.pool",
    "ScarSample": "claim_aug.sample",
    "ScarSynthesizer": "claim_aug.synthesizer",
    "evaluate": "claim_aug.jobs.evaluate",
    "hookimpl": "claim_aug.plugins",
    "sample_seed": "claim_aug.jobs.generate",
    "scar_report": "claim_aug.jobs.quantify",
    "seed_worker": "claim_aug.adapters.workers",
    "view": "claim_aug.plots.view",
}

__all__ = [
    "ClaimAugError",
    "Evaluation",
    "LVAnatomy",
    "LabelScheme",
    "MaskPrior",
    "MixedSampler",
    "Rendering",
    "ScarGenerator",
    "ScarMask",
    "ScarPool",
    "ScarSample",
    "ScarSynthesizer",
    "__version__",
    "evaluate",
    "hookimpl",
    "scar_report",
    "sample_seed",
    "seed_worker",
    "view",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'claim_aug' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
