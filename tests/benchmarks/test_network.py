"""How a segmenter of the study learns."""

import numpy as np
import torch
from study.draws import Schedule, draw
from study.network import Lesson, Training, train

from tests.benchmarks.test_draws import slices


def lesson(steps, seed=0):
    real = slices(6, scarred=True)
    return Lesson(real, draw(real, [], 0.0, Schedule(steps=steps), np.random.default_rng(seed)), seed)


def test_trainings_side_by_side_are_those_one_after_another():
    def weights(trainings):
        train(trainings, lambda number, step: None)
        return [torch.cat([w.flatten() for w in one.network.parameters()]) for one in trainings]

    cpu = torch.device("cpu")
    both = weights([Training(lesson(3, seed), cpu) for seed in (0, 1)])
    alone = [weights([Training(lesson(3, seed), cpu)])[0] for seed in (0, 1)]
    for one, other in zip(both, alone, strict=True):
        torch.testing.assert_close(one, other)
    assert not torch.equal(both[0], both[1])


def test_shares_of_the_classes_add_up_and_leave_the_training_as_it_was():
    training = Training(lesson(2), torch.device("cpu"))
    shares = training.shares(slices(3, scarred=True).pictures)
    assert shares.shape[:2] == (3, 5)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)
    assert training.network.training
