"""Synthetic late-gadolinium-enhancement stacks made from nothing, with their truth: for tests, demos and docs."""

from claim_aug.phantom.files import write_emidec, write_nnunet
from claim_aug.phantom.model import Phantom, build, make_phantom
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.sampling import sample_parameters
from claim_aug.phantom.wide import wide_phantom
from claim_aug.phantom.windows import phantom_windows

__all__ = [
    "Phantom",
    "PhantomParameters",
    "build",
    "make_phantom",
    "phantom_windows",
    "sample_parameters",
    "wide_phantom",
    "write_emidec",
    "write_nnunet",
]
