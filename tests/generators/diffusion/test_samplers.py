"""Samplers on models whose answer is known."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug.generators.diffusion.network import TIMES, schedule
from claim_aug.generators.diffusion.samplers import (
    SAMPLERS,
    STEPS,
    ddim,
    dpm,
    jumps,
    noised,
    posterior,
    predictions,
    repaint,
    trailing,
)

ALPHAS = schedule()
QUICK = {"ddim": {}, "dpm++": {}, "repaint": {"steps": 20, "jump_length": 5, "jump_n_sample": 2}}


class Oracle:
    """A network that knows the clean window and remembers what it was asked."""

    def __init__(self, clean):
        self.clean, self.asked = clean, []

    def __call__(self, x, t):
        self.asked.append((t, x.clone()))
        alpha = float(ALPHAS[t])
        eps = (x - math.sqrt(alpha) * self.clean) / math.sqrt(1 - alpha)
        return math.sqrt(alpha) * eps - math.sqrt(1 - alpha) * self.clean


def gaussian(mean, spread):
    """The best answer there is where every pixel is drawn from one normal distribution."""

    def denoise(x, t):
        alpha = float(ALPHAS[t])
        share = math.sqrt(alpha) * spread**2 / (alpha * spread**2 + 1 - alpha)
        clean = mean + share * (x - math.sqrt(alpha) * mean)
        eps = (x - math.sqrt(alpha) * clean) / math.sqrt(1 - alpha)
        return math.sqrt(alpha) * eps - math.sqrt(1 - alpha) * clean

    return denoise


def noise_of(seed, shape):
    source = torch.Generator().manual_seed(seed)
    return lambda: torch.randn(shape, generator=source)


@pytest.fixture
def puzzle():
    """A clean window, what is known of it, and what is hidden."""
    clean = noise_of(0, (3, 1, 8, 8))()
    hidden = torch.zeros(3, 1, 8, 8, dtype=torch.bool)
    hidden[..., 2:6, 3:7] = True
    return clean, torch.where(hidden, 99.0, clean), hidden


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_network_that_knows_the_picture_gives_the_picture(puzzle, name):
    clean, known, hidden = puzzle
    found = SAMPLERS[name](Oracle(clean), ALPHAS, known, hidden, noise_of(1, clean.shape), **QUICK[name])
    assert torch.equal(found[~hidden], known[~hidden])
    assert found[hidden].numpy() == pytest.approx(clean[hidden].numpy(), abs=2e-3)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_few_steps_are_enough_for_it(puzzle, name, steps):
    clean, known, hidden = puzzle
    found = SAMPLERS[name](Oracle(clean), ALPHAS, known, hidden, noise_of(1, clean.shape), steps=steps)
    assert found[hidden].numpy() == pytest.approx(clean[hidden].numpy(), abs=2e-3)


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_is_known_is_noisy_at_every_call_and_the_value_under_the_scar_is_never_read(puzzle, name):
    clean, known, hidden = puzzle
    oracle = Oracle(torch.where(hidden, clean, 30.0))  # it errs about what is known, which does not matter
    SAMPLERS[name](oracle, ALPHAS, known, hidden, noise_of(1, clean.shape), **QUICK[name])
    assert oracle.asked[0][0] == TIMES - 1
    for t, x in oracle.asked:
        alpha = float(ALPHAS[t])
        grain = (x - math.sqrt(alpha) * known)[~hidden] / math.sqrt(1 - alpha)
        assert grain.mean() == pytest.approx(0, abs=0.35)
        assert grain.std() == pytest.approx(1, abs=0.3)
        assert abs(x[hidden]).max() < 20  # 99 lies there


@pytest.mark.parametrize("name", ["ddim", "dpm++"])
def test_the_default_is_four_calls(puzzle, name):
    clean, known, hidden = puzzle
    oracle = Oracle(clean)
    SAMPLERS[name](oracle, ALPHAS, known, hidden, noise_of(1, clean.shape))
    times = [t for t, _ in oracle.asked]
    assert len(times) == STEPS == 4
    assert times == trailing(TIMES, 4)


def test_repaint_without_jumps_is_300_calls(puzzle):
    clean, known, hidden = puzzle
    oracle = Oracle(clean)
    repaint(oracle, ALPHAS, known, hidden, noise_of(1, clean.shape), jump_length=1, jump_n_sample=1)
    times = [t for t, _ in oracle.asked]
    assert len(times) == 300
    assert times == sorted(times, reverse=True)


def test_repaint_as_claim_runs_it_is_1480_calls():
    walk = jumps(300, 5, 5)
    assert sum(there < here for here, there in itertools.pairwise(walk)) == 1480
    assert (walk[0], walk[-1], max(walk), min(walk)) == (300, 0, 300, 0)


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 5))
def test_a_walk_steps_by_one_and_ends_clean(steps, length, count):
    walk = jumps(steps, length, count)
    assert {abs(there - here) for here, there in itertools.pairwise(walk)} == {1}
    assert (walk[0], walk[-1]) == (steps, 0)
    if count == 1:
        assert walk == list(range(steps, -1, -1))


@given(st.integers(1, 1000))
def test_times_start_at_the_last_and_fall_to_the_end(steps):
    times = trailing(1000, steps)
    assert times[0] == 999
    assert len(set(times)) == steps
    assert times == sorted(times, reverse=True)
    assert times[-1] >= 0


@settings(max_examples=20)
@given(st.integers(0, TIMES - 1), st.integers(0, 99))
def test_velocity_speaks_of_picture_and_noise(t, seed):
    clean, eps = noise_of(seed, (2, 1, 4, 4))(), noise_of(seed + 1, (2, 1, 4, 4))()
    alpha = float(ALPHAS[t])
    found = predictions(noised(clean, eps, alpha), math.sqrt(alpha) * eps - math.sqrt(1 - alpha) * clean, alpha)
    assert found[0].numpy() == pytest.approx(clean.numpy(), abs=1e-5)
    assert found[1].numpy() == pytest.approx(eps.numpy(), abs=1e-5)


def solved(sampler, steps, shape=(1, 1, 16, 16)):
    """The error of a sampler against the exact solution of its differential equation."""
    mean, spread, alpha = 0.8, 0.5, float(ALPHAS[-1])
    start = noise_of(3, shape)()
    exact = mean + spread * (start - math.sqrt(alpha) * mean) / math.sqrt(alpha * spread**2 + 1 - alpha)
    everything = torch.ones(shape, dtype=torch.bool)
    found = sampler(gaussian(mean, spread), ALPHAS, torch.zeros(shape), everything, lambda: start, steps=steps)
    return float((found - exact).abs().max())


def test_ddim_and_dpm_solver_agree_as_steps_grow():
    for sampler in (ddim, dpm):
        errors = [solved(sampler, steps) for steps in (10, 40, 160)]
        assert errors == sorted(errors, reverse=True)
        assert errors[-1] < 0.03
    assert solved(dpm, 40) < 0.5 * solved(ddim, 40)  # of second order


def test_repaint_draws_from_the_distribution():
    shape = (1, 1, 48, 48)
    everything = torch.ones(shape, dtype=torch.bool)
    found = repaint(gaussian(0.8, 0.5), ALPHAS, torch.zeros(shape), everything, noise_of(0, shape), steps=100)
    assert found.mean() == pytest.approx(0.8, abs=0.05)
    assert found.std() == pytest.approx(0.5, rel=0.1)


def test_an_ancestral_step_keeps_the_signal_level():
    clean, shape = 0.7, (1, 1, 200, 200)
    alpha, after = 0.3, 0.6
    x = noised(torch.full(shape, clean), noise_of(0, shape)(), alpha)
    found = posterior(torch.full(shape, clean), x, alpha, after, noise_of(1, shape)())
    assert found.mean() == pytest.approx(math.sqrt(after) * clean, abs=0.01)
    assert found.std() == pytest.approx(math.sqrt(1 - after), rel=0.02)


@pytest.mark.parametrize("name", SAMPLERS)
def test_samples_of_a_batch_do_not_meet(puzzle, name):
    """With a network that treats samples apart, each comes out as it does alone."""
    _, known, hidden = puzzle
    rows = [noise_of(seed, (1, 8, 8)) for seed in range(3)]
    together = SAMPLERS[name](
        gaussian(0.5, 1.0), ALPHAS, known, hidden, lambda: torch.stack([row() for row in rows]), **QUICK[name]
    )
    for index in range(3):
        own = noise_of(index, (1, 8, 8))
        alone = SAMPLERS[name](
            gaussian(0.5, 1.0), ALPHAS, known[[index]], hidden[[index]], lambda own=own: own()[None], **QUICK[name]
        )
        assert alone[0].numpy() == pytest.approx(together[index].numpy(), abs=1e-6)


def test_the_schedule_ends_in_noise_alone():
    assert (ALPHAS.shape, bool((ALPHAS.diff() < 0).all())) == ((TIMES,), True)
    assert 0 < ALPHAS[-1] < 1e-5
    assert ALPHAS[0] > 0.999
    assert np.isfinite(ALPHAS.numpy()).all()
