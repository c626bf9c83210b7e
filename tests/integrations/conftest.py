"""What the tests of all frameworks share."""

from __future__ import annotations

import pytest
from framework_forms import Albumentations, BatchGenerators, Monai, Torchio

from claim_aug.testing.forms import heart as small_heart
from claim_aug.testing.framework_base import Samples


@pytest.fixture(scope="session")
def heart():
    """A small healthy phantom: the tests make thousands of scars."""
    return small_heart()


@pytest.fixture(params=[Torchio, Monai, Albumentations, BatchGenerators], ids=lambda form: form.framework)
def native(request):
    """Each form with a probability and ``out_keys``; skipped, by name, where its framework is not installed."""
    form = request.param()
    if not form.installed:
        pytest.skip(f"{form.framework} is not installed")
    return form


@pytest.fixture
def samples():
    """The data set ``Samples``."""
    return Samples
