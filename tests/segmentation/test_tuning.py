"""A start that is tuned on patients: what is kept of it, and who is judged by whom."""

import copy

import numpy as np
import pytest
import torch

from claim_aug.segmentation.calibrate import ANYWHERE, CAUTIONS, WITHIN_WALL
from claim_aug.segmentation.fit import fresh_network
from claim_aug.segmentation.tuning import Choice, Course, averaged, best, gathered, inner_folds, judge, tune
from claim_aug.segmentation.unet import UNetConfig
from tests.segmentation.conftest import noise_windows

CPU = torch.device("cpu")


@pytest.fixture
def start():
    return fresh_network(UNetConfig((4, 8), 1), 0)


def patients(scarred, healthy):
    return {f"P{n}": noise_windows(2, scarred=True) for n in range(scarred)} | {
        f"N{n}": noise_windows(2, scarred=False) for n in range(healthy)
    }


def weights(network):
    return torch.cat([value.flatten() for value in network.parameters()])


def test_tuning_leaves_the_start_as_it_was(start):
    before = copy.deepcopy(start.state_dict())
    tuned = tune(start, patients(2, 1), Course(2, 1e-3), CPU)
    assert all(torch.equal(value, before[name]) for name, value in start.state_dict().items())
    assert not torch.equal(weights(tuned), weights(start))
    assert not tuned.training


def test_half_of_every_batch_shows_scars_that_were_made_in_healthy_patients(start, monkeypatch):
    shown = []
    monkeypatch.setattr("claim_aug.segmentation.tuning.Training", lambda *given: Remembering(shown))
    tune(start, patients(0, 3), Course(40, 1e-3), CPU, own_scars=noise_windows(5, scarred=True))
    windows, batches = shown[0]
    share = windows.scarred[batches.chosen.numpy()].mean()
    assert share == pytest.approx(0.5, abs=0.06)


class Remembering:
    """A training that keeps what it is shown."""

    def __init__(self, shown):
        self.shown, self.network = shown, torch.nn.Identity()

    def show(self, *shown):
        self.shown.append(shown)
        return self

    def step(self):
        pass


def test_the_average_lies_between_both(start):
    tuned = tune(start, patients(2, 1), Course(2, 1e-2), CPU)
    torch.testing.assert_close(weights(averaged(start, tuned, 0.0)), weights(tuned))
    torch.testing.assert_close(weights(averaged(start, tuned, 1.0)), weights(start))
    half = weights(averaged(start, tuned, 0.5))
    torch.testing.assert_close(half, (weights(start) + weights(tuned)) / 2)


def test_nobody_is_judged_by_what_was_learnt_from_and_everybody_is_judged_once():
    cohort = patients(7, 4)
    judged = []
    for learn, judges in inner_folds(cohort):
        assert not set(learn) & set(judges)
        assert set(learn) | set(judges) == set(cohort)
        assert any(name.startswith("P") for name in learn)
        judged += judges
    assert sorted(judged) == sorted(cohort)


def test_folds_follow_the_seed():
    cohort = patients(9, 6)
    assert list(inner_folds(cohort, 1)) == list(inner_folds(cohort, 1))
    assert list(inner_folds(cohort, 1)) != list(inner_folds(cohort, 2))


def test_curves_of_all_folds_are_joined(start):
    cohort = patients(3, 3)
    scores = [judge(start.eval(), {name: cohort[name] for name in judges}) for _, judges in inner_folds(cohort)]
    choice = gathered(Course(2, 1e-3), scores)
    assert set(choice.curves) == {ANYWHERE, WITHIN_WALL}
    assert len(choice.curves[ANYWHERE].dice) == len(CAUTIONS)
    assert np.isfinite(choice.curves[ANYWHERE].false_scar).all()


def test_the_best_course_has_the_highest_dice_at_the_false_scar_asked_for():
    from claim_aug.segmentation.calibrate import Curve

    def choice(steps, dice, false):
        curve = Curve(tuple(dice for _ in CAUTIONS), tuple(false * caution for caution in CAUTIONS))
        return Choice(Course(steps, 1e-3), {ANYWHERE: curve})

    assert best([choice(1, 0.5, 1.0), choice(2, 0.6, 5.0)], 1.0).course.steps == 2
