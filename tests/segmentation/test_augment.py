"""What a training shows at each step, sampled beforehand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from claim_aug.segmentation.augment import BATCH, apply_plan, sample_plan
from claim_aug.segmentation.windows import INFARCT, SIDE, Windows
from tests.segmentation.conftest import noise_windows

STEPS = 200


def chosen(ratio, **options):
    real = noise_windows(10, scarred=False)
    synthetic = [noise_windows(5, scarred=True), noise_windows(7, scarred=True)]
    return sample_plan(real, STEPS, np.random.default_rng(3), synthetic=synthetic, ratio=ratio, **options).chosen


def test_the_ratio_is_the_share_of_synthetic_windows_and_each_kind_has_its_part():
    found = chosen(0.4)
    assert found.shape == (STEPS, BATCH)
    assert (found >= 10).float().mean() == pytest.approx(0.4, abs=0.03)
    assert ((found >= 10) & (found < 15)).float().mean() == pytest.approx(0.2, abs=0.03)
    assert found.max() == 21


def test_synthetic_windows_fade_out_over_the_end():
    shares = (chosen(0.8, fade=0.5) >= 10).float().mean(1)
    assert shares[:100].mean() == pytest.approx(0.8, abs=0.03)
    assert shares[150:].mean() == pytest.approx(0.2, abs=0.05)


def test_a_share_of_the_real_windows_is_drawn_from_those_with_scar():
    real = noise_windows(10, scarred=False)
    real.classes[0, 5, 5] = INFARCT
    for scarred in (0.0, 0.5):
        found = sample_plan(real, STEPS, np.random.default_rng(1), scarred=scarred).chosen
        assert (found == 0).float().mean() == pytest.approx(scarred + (1 - scarred) / 10, abs=0.03)


def as_tensors(windows):
    return torch.from_numpy(windows.images), torch.from_numpy(windows.classes)[:, None]


def test_a_window_and_its_classes_are_moved_alike():
    real = noise_windows(4, scarred=True)
    real.images[:] = real.classes[:, None]
    plan = sample_plan(real, STEPS, np.random.default_rng(2)).at(torch.tensor([7]))
    unchanged_tone = torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(BATCH, 4)
    image, target = apply_plan(*as_tensors(real), replace(plan, tone=unchanged_tone))
    assert target.unique().tolist() == [0, INFARCT]
    middle = (image.amin((2, 3), True) + image.amax((2, 3), True)) / 2
    assert ((image > middle) == (target > INFARCT / 2)).float().mean() > 0.995


def test_of_larger_windows_a_part_is_shown_with_mean_0_and_sd_1():
    rng = np.random.default_rng(0)
    large = Windows(rng.normal(3, 2, (4, 1, 96, 96)).astype(np.float32), np.zeros((4, 96, 96), np.uint8))
    plan = sample_plan(large, STEPS, rng, far=0.3).at(torch.tensor([7]))
    unchanged_tone = torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(BATCH, 4)
    image, target = apply_plan(*as_tensors(large), replace(plan, tone=unchanged_tone))
    assert image.shape == target.shape == (BATCH, 1, SIDE, SIDE)
    torch.testing.assert_close(image.mean((1, 2, 3)), torch.zeros(BATCH), atol=1e-3, rtol=0)
    torch.testing.assert_close(image.std((1, 2, 3)), torch.ones(BATCH), atol=1e-2, rtol=0)


def test_a_quarter_of_the_windows_is_moved_far_where_asked_for():
    real = noise_windows(4, scarred=True)
    moved = sample_plan(real, STEPS, np.random.default_rng(2), far=0.5).motion[..., 2].abs().amax(-1)
    assert (moved > 0.08).float().mean() == pytest.approx(0.25, abs=0.05)
    assert moved.max() > 0.4


def test_without_augmentation_windows_are_shown_as_they_are():
    real = noise_windows(4, scarred=True)
    plan = sample_plan(real, STEPS, np.random.default_rng(2), augment=False).at(torch.tensor([0]))
    image, _ = apply_plan(*as_tensors(real), plan)
    assert torch.equal(image, torch.from_numpy(real.images)[plan.chosen])
