"""How a segmenter learns, and what it finds afterwards."""

from dataclasses import replace

import numpy as np
import torch

from claim_aug.measures.dice import dice
from claim_aug.optimisation.plan import Plan
from claim_aug.segmentation.augment import sample_plan
from claim_aug.segmentation.fit import Training, fit_segmenter, fresh_network
from claim_aug.segmentation.predict import class_shares, find_scar, most_likely
from claim_aug.segmentation.unet import UNetConfig
from tests.segmentation.conftest import noise_windows

CPU = torch.device("cpu")
SMALL = UNetConfig((8, 16), 1)


def training(steps, seed=0):
    real = noise_windows(6, scarred=True)
    begun = Training(fresh_network(SMALL, seed), Plan(steps), CPU)
    return begun.show(real, sample_plan(real, steps, np.random.default_rng(seed)))


def weights(network):
    return torch.cat([value.flatten() for value in network.parameters()])


def test_a_training_that_was_cut_off_goes_on_as_if_it_had_not_been():
    whole = weights(training(6).run())
    begun = training(6)
    for _ in range(3):
        begun.step()
    state = {name: value.clone() for name, value in begun.state().items()}
    again = training(6)
    again.restore(3, state)
    again.at += 3
    for _ in range(3):
        again.step()
    assert torch.equal(weights(again.network), whole)
    assert not torch.equal(whole, weights(training(6, seed=1).run()))


def test_it_can_start_from_a_network_that_has_learnt_before():
    real = noise_windows(6, scarred=True)
    begun = fresh_network(SMALL, 0)
    before = weights(begun).clone()
    tuned = fit_segmenter(real, CPU, steps=2, network=begun, lr=1e-5)
    assert tuned is begun
    assert 0 < (weights(tuned) - before).abs().max() < 1e-3


def test_shares_of_the_classes_add_up_and_leave_the_training_as_it_was():
    begun = training(2)
    shares = begun.class_shares(noise_windows(3, scarred=True).images)
    assert shares.shape[:2] == (3, 5)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)
    assert begun.network.training


def test_with_deep_supervision_coarser_levels_are_held_to_the_classes_too():
    deep = fresh_network(replace(SMALL, channels=(8, 16, 24), deep_supervision=True), 0)
    assert deep.train()(torch.zeros(2, 1, 64, 64)).shape == (2, 2, 5, 64, 64)
    before = {name: value.clone() for name, value in deep.named_parameters()}
    fit_segmenter(noise_windows(6, scarred=True), CPU, steps=2, network=deep)
    assert all((value != before[name]).any() for name, value in deep.named_parameters() if "weight" in name)
    assert class_shares(deep, noise_windows(3, scarred=True).images).shape == (3, 5, 64, 64)


def test_global_randomness_stays_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    training(1)
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
