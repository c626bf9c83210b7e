"""A training that is part synthetic and ends on real samples."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from claim_aug import MixedSampler
from claim_aug.errors import InputError


def test_the_share_is_met_and_falls_to_nothing_at_the_end():
    sampler = MixedSampler(100, 300, epochs=10, ratio=0.5, fade=0.4, draws=2000)
    shares = [sum(index >= 100 for index in sampler) / 2000 for _ in range(10)]
    assert shares[:6] == pytest.approx([0.5] * 6, abs=0.05)
    assert shares[6:] == sorted(shares[6:], reverse=True)
    assert shares[-1] == pytest.approx(0.5 / 8, abs=0.03)  # a line from 0.5 over four epochs to 0


def test_past_the_last_epoch_all_is_real():
    sampler = MixedSampler(10, 10, epochs=2, ratio=1.0)
    sampler.set_epoch(2)
    assert max(sampler) < 10


def test_without_fading_the_share_stays():
    sampler = MixedSampler(10, 10, epochs=2, ratio=1.0, fade=0)
    assert all(index >= 10 for _ in range(3) for index in sampler)


@given(real=st.integers(1, 40), synthetic=st.integers(1, 40), draws=st.integers(1, 90), ratio=st.floats(0, 1))
def test_indices_are_those_of_the_two_and_none_comes_twice_before_all_came_once(real, synthetic, draws, ratio):
    sampler = MixedSampler(real, synthetic, epochs=1, ratio=ratio, fade=0, draws=draws)
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == draws
    for low, high in ((0, real), (real, real + synthetic)):
        own = [index for index in drawn if low <= index < high]
        times = [own.count(index) for index in range(low, high)]
        assert max(times) - min(times) <= 1
    assert all(0 <= index < real + synthetic for index in drawn)


def test_samples_with_scar_come_more_often_where_asked_for():
    sampler = MixedSampler(100, 10, epochs=1, ratio=0.2, fade=0, draws=4000, scarred=[3, 7], scarred_share=0.5)
    drawn = list(sampler)
    assert sum(index >= 100 for index in drawn) == pytest.approx(800, abs=120)
    assert sum(index in (3, 7) for index in drawn) == pytest.approx(3200 * (0.5 + 0.5 * 0.02), abs=120)
    assert {index for index in drawn if index < 100} == set(range(100))


def test_the_same_generator_draws_the_same_and_epochs_differ():
    def drawn(seed):
        sampler = MixedSampler(30, 30, epochs=5, generator=torch.Generator().manual_seed(seed))
        return [list(sampler) for _ in range(2)]

    assert drawn(1) == drawn(1)
    assert drawn(1)[0] != drawn(1)[1]


def test_pytorch_s_own_state_is_used_where_no_generator_is_given():
    torch.manual_seed(5)
    first = list(MixedSampler(30, 30, epochs=5))
    torch.manual_seed(5)
    assert list(MixedSampler(30, 30, epochs=5)) == first


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"ratio": 1.2}, "ratio"),
        ({"fade": -0.1}, "fade"),
        ({"epochs": 0}, "epochs"),
        ({"scarred_share": 2}, "scarred_share"),
    ],
)
def test_impossible_values_are_named(wrong, name):
    with pytest.raises(InputError, match=f"{name} needs a (whole )?number"):
        MixedSampler(5, 5, **({"epochs": 3} | wrong))


def test_nothing_to_draw_from_is_named():
    with pytest.raises(InputError, match="synthetic needs a whole number of 1 or more, got 0"):
        MixedSampler(5, 0, epochs=3)
    with pytest.raises(InputError, match="real needs a whole number of 1 or more, got list"):
        MixedSampler([1, 2], 3, epochs=3)
    with pytest.raises(InputError, match="scarred needs indices of real samples, 0-4, got 2-5"):
        MixedSampler(5, 3, epochs=3, scarred=[5, 2])
