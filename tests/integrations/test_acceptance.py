"""All forms in all frameworks keep what ``FrameworkTests`` checks, the suite that authors of integrations subclass."""

from framework_forms import Albumentations, BatchGenerators, Monai, MonaiAsIs, Torchio, TorchioAsIs

from claim_aug.testing import Form, FrameworkTests


class TestDictionary(FrameworkTests):
    form = Form()


class TestTorchioAsItIs(FrameworkTests):
    form = TorchioAsIs()


class TestTorchio(FrameworkTests):
    form = Torchio()


class TestMonaiAsItIs(FrameworkTests):
    form = MonaiAsIs()


class TestMonai(FrameworkTests):
    form = Monai()


class TestAlbumentations(FrameworkTests):
    form = Albumentations()
    expected_failures = {
        "test_the_random_state_moves_on_equally_whatever_comes_of_the_gate": (
            "albumentations itself draws no parameters where it passes over"
        )
    }


class TestBatchGenerators(FrameworkTests):
    form = BatchGenerators()
