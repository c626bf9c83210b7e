"""A phantom to paint in, a scar to paint, and generators with random weights."""

import numpy as np
import pytest
import torch

from claim_aug import LVAnatomy
from claim_aug.generators.diffusion.generator import DiffusionGenerator
from claim_aug.phantom import make_phantom
from claim_aug.priors.smile import SmilePrior


@pytest.fixture(scope="module")
def scan():
    return make_phantom(4, scar=False, shape=(96, 96, 5), spacing=(1.6, 1.6, 10.0))


@pytest.fixture(scope="module")
def heart(scan):
    return LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)


@pytest.fixture(scope="module")
def region(scan, heart):
    return scan.image[heart.box].astype(np.float64)


@pytest.fixture(scope="module")
def mask(heart):
    return SmilePrior(burden=30, mvo=0.15).sample(heart, np.random.default_rng(2))


@pytest.fixture(params=["ddpm", "latent"])
def kind(request):
    return request.param


@pytest.fixture
def spec(kind, folders):
    """What follows ``--generator``."""
    return f"{kind}:{folders[kind]}"


@pytest.fixture(scope="module")
def ddpm(folders):
    """Makes ``ddpm`` generators of two steps."""
    return lambda **options: DiffusionGenerator(folders["ddpm"], **{"steps": 2, **options})


@pytest.fixture
def threads():
    """Sets the number of PyTorch's threads, and puts back what it was."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)
