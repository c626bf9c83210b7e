"""What a model is made of survives being written, and nonsense is refused before a network is built."""

import json

import pytest
import torch

from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.model import LesionDiffusion


@pytest.mark.parametrize("kind", ["ddpm", "latent"])
def test_a_config_comes_back_from_json(kind):
    config = ModelConfig.from_kind(kind, size=96)
    assert (config.kind, config.size) == (kind, 96)
    assert ModelConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_the_defaults_of_latent_halve_the_side():
    config = ModelConfig.from_kind("latent")
    assert config.factor == 2 ** (len(config.codec_widths) - 1)


IMPOSSIBLE = {
    "kind": "gan",
    "spacing": 0.0,
    "size": -32,
    "widths": [8.5, 16],
    "layers": 0,
    "factor": "2",
    "codes": True,
    "codec_widths": [0],
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_number_is_refused(tiny, name):
    with pytest.raises((ValueError, TypeError), match="impossible numbers|not supported|must be real"):
        ModelConfig.from_json(tiny.to_json() | {name: IMPOSSIBLE[name]})


@pytest.mark.parametrize(
    "change",
    [
        {"widths": []},
        {"widths": [12, 16]},  # no whole number of groups
        {"size": 31},  # cannot be halved
        {"factor": 2},  # of ddpm
        {"codes": 4},
        {"codec_widths": [8, 8]},
        {"spacing": float("nan")},
        {"spacing": float("inf")},
        {"widths": [8, 2**40]},
    ],
)
def test_numbers_that_do_not_make_a_network_are_refused(tiny, change):
    with pytest.raises(ValueError, match="impossible numbers"):
        ModelConfig.from_json(tiny.to_json() | change)


@pytest.mark.parametrize("change", [{"factor": 3}, {"factor": 4}, {"factor": 1}, {"codec_widths": []}, {"size": 34}])
def test_a_factor_that_is_not_the_autoencoders_is_refused(tiny_latent, change):
    with pytest.raises(ValueError, match="impossible numbers"):
        ModelConfig.from_json(tiny_latent.to_json() | change)


def test_a_field_too_few_or_too_many_is_refused(tiny):
    record = tiny.to_json()
    for wrong in (record | {"colour": "red"}, {name: record[name] for name in record if name != "size"}):
        with pytest.raises(ValueError, match="its model needs the fields kind, spacing, size, widths, "):
            ModelConfig.from_json(wrong)


def test_the_shipped_size_holds_in_12_mb():
    """In 16 bits, as the weights that come with the package are stored."""
    with torch.device("meta"):
        model = LesionDiffusion(ModelConfig.from_kind("ddpm"))
    assert 2 * sum(value.numel() for value in model.state_dict().values()) < 12e6
