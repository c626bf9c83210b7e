"""A checkpoint is replaced whole."""

import os

import pytest
import torch
from torch import nn

from claim_aug.errors import InputError, OutputError
from claim_aug.optimisation.checkpoint import KIND, load_state, save_state


@pytest.fixture
def trained():
    """A module, its average and an optimiser that has made a step."""
    module, average = nn.Linear(2, 2), nn.Linear(2, 2)
    optimiser = torch.optim.AdamW(module.parameters())
    module(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    return module, average, optimiser


def test_nothing_there_is_no_step(trained, tmp_path):
    assert load_state(tmp_path / "no.safetensors", *trained, {}) == 0


def test_everything_comes_back(trained, tmp_path):
    path = tmp_path / "new" / "state.safetensors"
    save_state(path, 1, *trained, {"seed": 0})
    module, average = nn.Linear(2, 2), nn.Linear(2, 2)
    optimiser = torch.optim.AdamW(module.parameters())
    assert load_state(path, module, average, optimiser, {"seed": 0}) == 1
    assert torch.equal(module.weight, trained[0].weight)
    assert torch.equal(average.weight, trained[1].weight)
    for mine, theirs in zip(module.parameters(), trained[0].parameters(), strict=True):
        state, before = optimiser.state[mine], trained[2].state[theirs]
        assert {name: value.tolist() for name, value in state.items()} == {
            name: value.tolist() for name, value in before.items()
        }


def test_a_state_that_does_not_say_its_step_is_refused_by_name(trained, tmp_path):
    path = tmp_path / "state.safetensors"
    path.write_bytes(KIND.pack({}, {}))
    with pytest.raises(InputError, match="state.safetensors cannot be used as a checkpoint: .* remove it to start"):
        load_state(path, *trained, {})


def test_weights_that_are_not_finite_or_of_another_network_are_refused_by_name(trained, tmp_path):
    path = tmp_path / "state.safetensors"
    save_state(path, 1, *trained, {})
    with pytest.raises(InputError, match="state.safetensors cannot be used as a checkpoint: its weights do not fit"):
        load_state(path, nn.Linear(3, 3), nn.Linear(3, 3), trained[2], {})
    with torch.no_grad():
        trained[0].weight[0, 0] = float("nan")
    save_state(path, 1, *trained, {})
    with pytest.raises(InputError, match="module.weight holds values that are NaN or infinite; remove it"):
        load_state(path, *trained, {})


def test_equal_states_are_equal_bytes(trained, tmp_path):
    for name in ("a", "b"):
        save_state(tmp_path / name, 1, *trained, {"seed": 0})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110
def test_a_full_disk_is_said_and_the_checkpoint_before_stays(trained, tmp_path):
    path = tmp_path / "state.safetensors"
    save_state(path, 1, *trained, {})
    before = path.read_bytes()
    path.with_suffix(".writing").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="cannot write .*: No space left on device; the checkpoint before it is as"):
        save_state(path, 2, *trained, {})
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["state.safetensors"]
