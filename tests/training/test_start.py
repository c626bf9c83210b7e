"""A training that starts from a model instead of random weights."""

import pytest
import torch

from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import read_model


def test_a_training_may_start_from_a_model(run, tiny, finished, tmp_path):
    """One step away from it, by a small rate, it still is much like it; a fresh one is not."""
    begun = read_model(finished)
    model = run(tmp_path, tiny, steps=1, start=begun)
    name = "denoiser.unet.conv_in.weight"
    old, new = begun.state_dict()[name], model.state_dict()[name]
    assert not torch.equal(old, new)
    assert torch.allclose(old, new, atol=2e-3)
    with pytest.raises(InputError, match="is of another training: start was"):
        run(tmp_path, tiny, steps=1, start=read_model(tmp_path))


def test_latent_that_starts_from_a_model_keeps_its_codes(run, tiny_latent, finished_latent, tmp_path):
    begun = read_model(finished_latent)
    run(tmp_path, tiny_latent, steps=2, start=begun)
    assert not (tmp_path / "training" / "codec.csv").exists()
    for name, value in read_model(tmp_path).codec.state_dict().items():
        assert torch.equal(value, begun.codec.state_dict()[name])
