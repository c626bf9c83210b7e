"""What tests of joint training share: batches of small phantoms, a tiny generator and tiny segmenters."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from claim_aug import ScarSynthesizer
from claim_aug.joint import JointTrainer
from claim_aug.phantom import make_phantom

CLASSES = 6


@pytest.fixture(scope="session")
def hearts():
    """Volumes: a healthy phantom and one with infarct and MVO."""
    scans = [make_phantom(seed, scar=bool(seed), mvo=bool(seed), shape=(64, 64, 4)) for seed in range(2)]
    return {
        "image": torch.from_numpy(np.stack([scan.image for scan in scans])).float()[:, None],
        "label": torch.from_numpy(np.stack([scan.labels for scan in scans]))[:, None],
        "affine": torch.from_numpy(np.stack([scan.affine for scan in scans])),
        "name": ["healthy", "scarred"],
    }


@pytest.fixture(scope="session")
def slices(hearts):
    """One slice of each, and the affines that say how large their voxels are."""
    return hearts | {key: hearts[key][..., 1] for key in ("image", "label")}


@pytest.fixture
def synthesizer(folders):
    return ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom", burden=(10, 25), steps=3)


@pytest.fixture
def joint(synthesizer):
    """``joint(segmenter, ...)`` makes a trainer whose two optimisers are there."""

    def make(segmenter, *, rate=1e-3, synthesizer=synthesizer, **settings):
        trainer = JointTrainer(synthesizer, segmenter, **({"p": 1.0} | settings))
        return trainer.attach(
            generator_optimizer=torch.optim.Adam(trainer.generator.parameters(), lr=rate),
            segmenter_optimizer=torch.optim.Adam(segmenter.parameters(), lr=rate),
        )

    return make


class Net(nn.Module):
    """An encoder and a decoder with batch norms; in units of its own, as any network would be given them.

    ``deep`` adds logits at half the resolution, as nnU-Net does; ``change`` is what becomes of the logits.
    """

    def __init__(self, dimensions=2, classes=CLASSES, *, deep=False, width=8, change=None):
        super().__init__()
        conv, norm, pool = (getattr(nn, f"{name}{dimensions}d") for name in ("Conv", "BatchNorm", "AvgPool"))
        self.deep, self.change, halves = deep, change, (2, 2, 1)[:dimensions]
        self.enter = norm(1)
        self.fine = nn.Sequential(conv(1, width, 3, padding=1), norm(width), nn.ReLU())
        self.down = pool(halves)
        self.coarse = nn.Sequential(conv(width, width, 3, padding=1), norm(width), nn.ReLU())
        self.up = nn.Upsample(scale_factor=halves)
        self.head, self.side = conv(2 * width, classes, 1), conv(width, classes, 1)

    def forward(self, image):
        fine = self.fine(self.enter(image))
        coarse = self.coarse(self.down(fine))
        logits = self.head(torch.cat([fine, self.up(coarse)], 1))
        if self.change is not None:
            return self.change(self, logits)
        return [logits, self.side(coarse)] if self.deep else logits


@pytest.fixture
def net():
    """``net(...)`` makes a tiny segmenter, always with the same weights."""

    def make(*settings, kind=Net, **more):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return kind(*settings, **more)

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
