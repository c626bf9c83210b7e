"""What tests of joint training share: a tiny generator, trainers, and what a step left behind."""

import copy

import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.joint import JointTrainer


@pytest.fixture
def synthesizer(folders):
    return ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom", burden=(10, 25), steps=3)


@pytest.fixture
def joint(synthesizer):
    """``joint(segmenter, ...)`` makes a trainer whose two optimisers are there."""

    def make(segmenter, *, lr=1e-3, synthesizer=synthesizer, **settings):
        trainer = JointTrainer(synthesizer, segmenter, **({"p": 1.0} | settings))
        return trainer.attach(
            generator_optimizer=torch.optim.Adam(trainer.generator.parameters(), lr=lr),
            segmenter_optimizer=torch.optim.Adam(segmenter.parameters(), lr=lr),
        )

    return make


class Probe:
    """What a step left behind."""

    @staticmethod
    def gradient(module):
        """Sum of all gradients' sizes."""
        return sum(float(weight.grad.abs().sum()) for weight in module.parameters() if weight.grad is not None)

    @staticmethod
    def state(module):
        return copy.deepcopy(module.state_dict())

    @staticmethod
    def same(one, two):
        return all(torch.equal(one[name], two[name]) for name in one)

    @classmethod
    def reached(cls, trainer, batch, part, seed=1):
        """Gradients of generator and segmenter from one part of the generator's loss alone."""
        losses = trainer.generator_loss(batch, seed=seed)
        losses[part].backward()
        return cls.gradient(trainer.generator), cls.gradient(trainer.segmenter)


@pytest.fixture
def probe():
    return Probe
