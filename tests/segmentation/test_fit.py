"""How a segmenter learns, and what it finds afterwards."""

import numpy as np
import torch

from claim_aug.measures.dice import dice
from claim_aug.segmentation.augment import Schedule, sample_plan
from claim_aug.segmentation.fit import Lesson, Training, fit_segmenter, train
from claim_aug.segmentation.predict import class_shares, find_scar, most_likely
from claim_aug.segmentation.unet import UNetConfig
from tests.segmentation.conftest import noise_windows

CPU = torch.device("cpu")


def lesson(steps, seed=0):
    real = noise_windows(6, scarred=True)
    return Lesson(real, sample_plan(real, [], 0.0, Schedule(steps=steps), np.random.default_rng(seed)), seed)


def test_trainings_side_by_side_are_those_one_after_another():
    def weights(trainings):
        train(trainings)
        return [torch.cat([w.flatten() for w in one.network.parameters()]) for one in trainings]

    both = weights([Training(lesson(3, seed), CPU) for seed in (0, 1)])
    alone = [weights([Training(lesson(3, seed), CPU)])[0] for seed in (0, 1)]
    for one, other in zip(both, alone, strict=True):
        torch.testing.assert_close(one, other)
    assert not torch.equal(both[0], both[1])


def test_shares_of_the_classes_add_up_and_leave_the_training_as_it_was():
    training = Training(lesson(2), CPU, UNetConfig((8, 16), 1))
    shares = training.class_shares(noise_windows(3, scarred=True).images)
    assert shares.shape[:2] == (3, 5)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)
    assert training.network.training


def test_global_randomness_stays_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    Training(lesson(1), CPU, UNetConfig((8, 16), 1))
    assert torch.equal(before, torch.get_rng_state())


def test_caution_moves_what_is_found():
    shares = np.array([[0.0, 0.0, 0.5, 0.4, 0.1]])[..., None, None]
    assert most_likely(shares).item() == 2
    assert most_likely(shares, 2.0).item() == 3
    assert most_likely(shares, 0.1).item() == 2


def test_what_was_learnt_is_found_again_in_the_voxels_of_a_scan(windows, hearts):
    network = fit_segmenter(windows, CPU, steps=120)
    assert not network.training
    region, anatomy = hearts[1]
    found = find_scar(network, region, anatomy, caution=2.0)  # after so few steps it is unsure of all that is rare
    assert found.shape == anatomy.wall.shape
    assert dice(found, anatomy.scar) > 0.4
    assert find_scar(network, region, anatomy, caution=0.0).sum() == 0
    assert class_shares(network, windows.images[:1]).shape == (1, 5, 64, 64)
