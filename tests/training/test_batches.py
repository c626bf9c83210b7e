"""Batches are a function of seed and step alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from claim_aug.generators.diffusion.control_histogram import histogram
from claim_aug.generators.diffusion.network import TIMES
from claim_aug.generators.diffusion.samplers import STEPS, trailing
from claim_aug.generators.diffusion.window import window_of
from claim_aug.training.batches import CALLED, DROPPED, Batches, validation_batch


@pytest.fixture
def batches(learnable, tiny):
    return Batches(learnable, tiny, 4, seed=3)


def equal(one, two):
    return all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_batch_is_a_function_of_seed_and_step(batches, learnable, tiny):
    assert equal(batches(7), Batches(learnable, tiny, 4, seed=3)(7))
    assert not equal(batches(7), batches(8))
    assert not equal(batches(7), replace(batches, seed=4)(7))


def test_a_batch_has_what_the_model_takes(batches, tiny_latent):
    shapes = [tuple(part.shape) for part in batches(0)]
    assert shapes == [(4, 1, 32, 32), (4, 4, 32, 32), (4, 16), (4,), (4, 1, 32, 32)]
    assert tuple(replace(batches, config=tiny_latent)(0)[4].shape) == (4, 2, 16, 16)
    assert batches(0)[3].dtype == torch.int64


def test_every_slice_comes_once_in_each_pass_and_in_a_new_order(learnable, tiny):
    count = len(learnable)
    drawn = []

    class Noted(list):
        def __getitem__(self, index):
            drawn.append(int(index))
            return super().__getitem__(index)

    batches = Batches(Noted(learnable), tiny, 4, seed=0)
    for number in range(2 * count):
        batches.example(number)
    first, second = drawn[:count], drawn[count:]
    assert sorted(first) == sorted(second) == list(range(count))
    assert first != second


def test_a_slice_is_augmented_anew_each_time(learnable, tiny):
    batches = Batches(learnable[:1], tiny, 1, seed=0)
    assert not torch.equal(batches(0)[0], batches(1)[0])


@pytest.mark.parametrize("world", [2, 4])
def test_processes_together_see_what_one_would(batches, world):
    whole = batches(5)
    parts = [replace(batches, rank=rank, world=world)(5) for rank in range(world)]
    for index, column in enumerate(whole):
        assert torch.equal(torch.stack([part[index] for part in parts], 1).flatten(0, 1), column)


def test_times_are_spread_over_a_batch(learnable, tiny):
    times = Batches(learnable, tiny, 10, seed=0)(3)[3]
    assert (times[::2] // (TIMES // 10)).tolist() == list(range(0, 10, 2))


def test_half_of_the_times_are_those_at_which_the_sampler_calls(learnable, tiny):
    times = Batches(learnable, tiny, 8, seed=0)(3)[3]
    assert times[1::2].tolist() == CALLED == sorted(trailing(TIMES, STEPS))


def test_a_fifth_of_the_examples_do_without_control(learnable, tiny):
    batches = Batches(learnable, tiny, 4, seed=0)
    free = np.mean([not batches.example(number)[2].any() for number in range(250)])
    assert free == pytest.approx(DROPPED, abs=0.07)


def test_a_histogram_is_that_of_the_infarct_as_it_is_augmented(learnable, tiny):
    """Bright where the window is: with the gain of the augmentation."""
    window, masks, control, _, _ = validation_batch(learnable, tiny, 0)
    for index, example in enumerate(learnable):
        assert np.array_equal(control[index], histogram(example.infarct))
        assert np.array_equal(window[index, 0], window_of(example.slice_)[0])
        assert np.array_equal(masks[index], window_of(example.slice_)[1])


def test_validation_stays_the_same_and_has_a_limit(learnable, tiny):
    assert equal(validation_batch(learnable, tiny, 0), validation_batch(learnable, tiny, 0))
    few = validation_batch(learnable, tiny, 0, limit=5)
    assert len(few[0]) == 5
    assert len(set((few[3] // (TIMES // 5)).tolist())) == 5


def test_no_global_random_state_is_touched(batches):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    batches(0)
    assert torch.equal(before, torch.get_rng_state())
