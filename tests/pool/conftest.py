"""A data set of two small phantoms, and a pool of it."""

import pytest

from claim_aug import ScarSynthesizer
from claim_aug.jobs.pool import build_pool
from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture(scope="session")
def hearts():
    return {f"Case_{seed}": make_phantom(seed, scar=False, shape=(64, 64, 4)) for seed in (1, 2)}


@pytest.fixture(scope="session")
def dataset(hearts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    for name, heart in hearts.items():
        write_emidec(heart, folder, name)
    return folder


@pytest.fixture(scope="session")
def pool(dataset, tmp_path_factory):
    """The folder of a pool with four scars per case."""
    out = tmp_path_factory.mktemp("pool") / "pool"
    build_pool(dataset, out, ScarSynthesizer(labels="phantom"), count=4, seed=0)
    return out
