"""A segmenter comes back from its folder, and nothing else passes for one."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from claim_aug.errors import InputError
from claim_aug.segmentation.folder import CARD, CONFIG, KIND, WEIGHTS, read_segmenter, write_segmenter
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import CLASSES


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return UNetConfig((4, 8), 1).build().eval()


@pytest.fixture
def folder(network, tmp_path):
    write_segmenter(Segmenter(network, UNetConfig((4, 8), 1), 0.4, about={"patients": 3}), tmp_path, "# A card\n")
    return tmp_path


def test_it_comes_back_and_answers_the_same(network, folder):
    image = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(network(image), read_segmenter(folder).network(image))
    assert read_segmenter(folder).caution == 0.4
    assert (folder / CARD).read_text() == "# A card\n"


def test_a_deeply_supervised_network_comes_back_too(tmp_path):
    config = UNetConfig((4, 8, 16), deep_supervision=True)
    network = config.build().eval()
    write_segmenter(Segmenter(network, config), tmp_path, "# A card\n")
    image = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(network(image), read_segmenter(tmp_path).network(image))


def test_its_config_says_what_it_sees_and_gives(folder):
    record = json.loads((folder / CONFIG).read_text())
    assert record["classes"] == list(CLASSES)
    assert record["window"] == {"spacing": 1.5, "side": 64}
    assert record["about"] == {"patients": 3}


def test_another_config_weights_that_are_not_finite_and_nothing_are_refused(folder, tmp_path):
    arrays = load_file(folder / WEIGHTS)
    name = next(name for name, array in arrays.items() if array.dtype.kind == "f")
    (folder / WEIGHTS).write_bytes(KIND.pack(arrays | {name: np.full_like(arrays[name], np.nan)}, {}))
    with pytest.raises(InputError, match=f"{name} holds values that are NaN"):
        read_segmenter(folder)
    (folder / CONFIG).write_text("{}")
    for path in (folder, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="is no folder of a segmenter"):
            read_segmenter(path)
