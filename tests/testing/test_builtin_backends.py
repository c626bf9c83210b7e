"""The built-in backends pass the suites that authors of plugins subclass."""

import pytest

from claim_aug.generators.diffusion.generator import DiffusionGenerator, LatentGenerator
from claim_aug.generators.signal import SignalGenerator
from claim_aug.generators.transplant import TransplantGenerator
from claim_aug.priors.blobs import RandomPrior
from claim_aug.priors.manual import ManualPrior
from claim_aug.priors.smile import SmilePrior
from claim_aug.testing import GeneratorTests, PriorTests


class TestSmile(PriorTests):
    factory = SmilePrior


class TestSmileAsAsked(PriorTests):
    factory = SmilePrior
    options = {"burden": (5, 20), "territory": "LAD", "mvo": 0.2, "grey_zone": 0.1}


class TestRandom(PriorTests):
    factory = RandomPrior


class TestManual(PriorTests):
    factory = ManualPrior
    options = {"segments": (7, 8), "transmurality": 0.6}
    expected_failures = {"test_other_seeds_give_other_scars": "what is given by hand is the same each time"}


class TestSignal(GeneratorTests):
    factory = SignalGenerator


class TestTransplant(GeneratorTests):
    factory = TransplantGenerator

    @pytest.fixture(autouse=True)
    def made_of_phantoms(self, bank):
        type(self).options = {"bank": str(bank)}


class TestDdpm(GeneratorTests):
    factory = DiffusionGenerator

    @pytest.fixture(autouse=True)
    def model(self, folders):
        type(self).options = {"model": str(folders["ddpm"]), "steps": 2, "device": "cpu"}


class TestLatent(GeneratorTests):
    factory = LatentGenerator

    @pytest.fixture(autouse=True)
    def model(self, folders):
        type(self).options = {"model": str(folders["latent"]), "steps": 2, "device": "cpu"}
