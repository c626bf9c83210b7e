"""What tests of training share: one accelerator, a short plan, and a training of the tiny model."""

import pytest

from claim_aug.optimisation.plan import Plan
from claim_aug.training.card import TrainingData
from claim_aug.training.slices import split
from claim_aug.training.train import train

DATA = TrainingData("phantoms", "none: synthetic", 5, 20, "Made for a test.")


@pytest.fixture(scope="session")
def parted(learnable):
    """Slices to learn from and slices kept apart."""
    return split(learnable, 0.2, 0)


@pytest.fixture(scope="session")
def run(parted, accelerator):
    """``run(out, config, ...)`` trains a model into a folder; ``stop_at`` cuts it off, as Ctrl-C would."""

    def train_into(out, config, *, steps=6, every=2, stop_at=None, seen=None, **options):
        def report(progress):
            if seen is not None:
                seen.append(progress)
            if (progress.stage, progress.step) == stop_at:
                raise KeyboardInterrupt

        plan = Plan(steps=steps, batch=4, checkpoint_every=every)
        return train(*parted, out, config, plan, DATA, accelerator, report=report, **options)

    return train_into


@pytest.fixture(scope="module")
def finished(run, tiny, tmp_path_factory):
    """The folder of a training that was not interrupted."""
    out = tmp_path_factory.mktemp("finished")
    run(out, tiny)
    return out


@pytest.fixture(scope="module")
def finished_latent(run, tiny_latent, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished_latent")
    run(out, tiny_latent, steps=4)
    return out
