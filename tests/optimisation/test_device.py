"""Where a network runs."""

import pytest
import torch

from claim_aug.errors import InputError
from claim_aug.optimisation.device import autocast, find_device, has_bf16


def test_the_fastest_is_taken_where_none_is_asked_for():
    assert find_device(None).type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert find_device("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "cpu:x", "", "meta"])
def test_a_device_that_is_not_there_is_refused_by_name(name):
    with pytest.raises(InputError, match=f"device '{name}' cannot be used: .*leave device away"):
        find_device(name)


def test_convolutions_are_in_16_bits_only_where_that_is_faster():
    cpu = torch.device("cpu")
    with autocast(cpu):
        found = torch.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2))
    assert (found.dtype == torch.bfloat16) is has_bf16(cpu)
