"""What a training of the study shows at each step."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from study.data import INFARCT, SIDE, Windows
from study.draws import BATCH, Schedule, draw, shown

SCHEDULE = Schedule(steps=200)


def slices(count, *, scarred):
    """Windows of noise, every one with scar or none."""
    pictures = np.random.default_rng(0).standard_normal((count, 1, SIDE, SIDE), dtype=np.float32)
    classes = np.zeros((count, SIDE, SIDE), np.uint8)
    classes[:, 20:30, 20:30] = INFARCT if scarred else 1
    return Windows(pictures, classes)


def drawn(ratio, **options):
    real, synthetic = slices(10, scarred=False), [slices(5, scarred=True), slices(7, scarred=True)]
    return draw(real, synthetic, ratio, SCHEDULE, np.random.default_rng(3), **options).chosen


def test_the_ratio_is_the_share_of_synthetic_slices_and_each_kind_has_its_part():
    chosen = drawn(0.4)
    assert chosen.shape == (SCHEDULE.steps, BATCH)
    assert (chosen >= 10).float().mean() == pytest.approx(0.4, abs=0.03)
    assert ((chosen >= 10) & (chosen < 15)).float().mean() == pytest.approx(0.2, abs=0.03)
    assert chosen.max() == 21


def test_synthetic_slices_fade_out_over_the_end():
    shares = (drawn(0.8, fade=0.5) >= 10).float().mean(1)
    assert shares[:100].mean() == pytest.approx(0.8, abs=0.03)
    assert shares[150:].mean() == pytest.approx(0.2, abs=0.05)


def test_a_share_of_the_real_slices_is_drawn_from_those_with_scar():
    real = slices(10, scarred=False)
    real.classes[0, 5, 5] = INFARCT
    for scarred in (0.0, 0.5):
        chosen = draw(real, [], 0.3, SCHEDULE, np.random.default_rng(1), scarred=scarred).chosen
        assert (chosen == 0).float().mean() == pytest.approx(scarred + (1 - scarred) / 10, abs=0.03)


def test_a_slice_and_its_classes_are_moved_alike():
    real = slices(4, scarred=True)
    real.pictures[:] = real.classes[:, None]
    draws = draw(real, [], 0.0, SCHEDULE, np.random.default_rng(2)).at(torch.tensor([7]))
    picture, target = shown(
        torch.from_numpy(real.pictures), torch.from_numpy(real.classes)[:, None], replace(draws, tone=neutral())
    )
    assert target.unique().tolist() == [0, INFARCT]
    assert ((picture > INFARCT / 2) == (target > INFARCT / 2)).float().mean() > 0.995


def neutral():
    """Grey values as they are: gain, offset, power and noise of each slice."""
    return torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(BATCH, 4)


def test_without_augmentation_slices_are_shown_as_they_are():
    real = slices(4, scarred=True)
    draws = draw(real, [], 0.0, SCHEDULE, np.random.default_rng(2), augment=False).at(torch.tensor([0]))
    picture, _ = shown(torch.from_numpy(real.pictures), torch.from_numpy(real.classes)[:, None], draws)
    assert torch.equal(picture, torch.from_numpy(real.pictures)[draws.chosen])
