"""A model's folder: what is written comes back, and nothing else is read."""

import json
import pickle
import shutil
import socket

import numpy as np
import pytest
import torch
from rewrite_weights import rewrite
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from claim_aug.errors import ClaimAugWarning, InputError
from claim_aug.generators.diffusion.folder import CARD, CONFIG, KIND, WEIGHTS, read_model, write_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.training.batches import validation_batch
from claim_aug.training.slices import controls_of


@pytest.fixture(params=["ddpm", "latent"])
def source(request, folders):
    """The folder of a model of each kind."""
    return folders[request.param]


@pytest.fixture
def folder(folders, tmp_path):
    """A folder that may be damaged."""
    return shutil.copytree(folders["ddpm"], tmp_path / "model")


def change_weights(folder, change, metadata=None):
    """Apply ``change`` to the dictionary of tensors and write it back as ours, or with other metadata."""
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS, {KIND.format: '{"version": 3}'} if metadata is None else metadata)


def change_config(folder, change):
    about = json.loads((folder / CONFIG).read_text())
    change(about)
    (folder / CONFIG).write_text(json.dumps(about))


def test_what_is_written_comes_back_and_answers_the_same(source, learnable, tmp_path):
    first = read_model(source)
    write_model(first, tmp_path, "# card")
    again = read_model(tmp_path)
    assert again is not first
    assert again.config == first.config
    batch = validation_batch(learnable[:2], first.config, 0)
    assert torch.equal(first(*batch), again(*batch))
    for name, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
    for name in ("histogram", "source_patient", "area", "noise"):
        one, two = (getattr(model.controls, name) for model in (first, again))
        assert (one.dtype, one.tolist()) == (two.dtype, two.tolist())


def test_equal_models_give_equal_bytes(source, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_model(read_model(source), tmp_path / name, "# card")
    for file in (WEIGHTS, CONFIG, CARD):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_half_the_bits_are_half_the_size_and_nearly_the_same(source, learnable, tmp_path):
    model = read_model(source)
    write_model(model, tmp_path, "# card", half=True)
    with safe_open(tmp_path / WEIGHTS, "pt") as file:
        kinds = {file.get_slice(name).get_dtype() for name in file.keys() if name.startswith("model.")}  # noqa: SIM118
    assert kinds == {"F16"}
    assert (tmp_path / WEIGHTS).stat().st_size < 0.65 * (source / WEIGHTS).stat().st_size
    again = read_model(tmp_path)
    assert {value.dtype for value in again.state_dict().values()} == {torch.float32}
    batch = validation_batch(learnable[:2], model.config, 0)
    assert again(*batch).item() == pytest.approx(model(*batch).item(), rel=1e-2)


def test_a_model_is_ready_to_sample(source):
    model = read_model(source)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_a_folder_is_safetensors_json_and_a_card(source):
    assert sorted(path.name for path in source.iterdir()) == ["README.md", "config.json", "weights.safetensors"]
    assert json.loads((source / CONFIG).read_text())["format"] == KIND.format


def test_a_model_is_read_once_and_again_when_its_files_change(folder):
    first = read_model(folder)
    assert read_model(str(folder)) is first
    change_weights(folder, lambda tensors: tensors["model.denoiser.control.0.bias"].add_(1))
    again = read_model(folder)
    assert again is not first
    assert not torch.equal(again.denoiser.control[0].bias, first.denoiser.control[0].bias)
    assert read_model(folder) is again


def test_reading_leaves_global_randomness_as_it_was(folder):
    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    read_model(folder)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


def test_nothing_is_fetched_from_a_network(folder, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert read_model(folder).config.kind == "ddpm"


def truncate(folder):
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])


def empty(folder):
    (folder / WEIGHTS).write_bytes(b"")


def pickled(folder):
    (folder / WEIGHTS).write_bytes(pickle.dumps({"weights": [1, 2]}))


def torch_pickle(folder):
    torch.save({"weights": torch.ones(3)}, folder / WEIGHTS)


DAMAGE = {
    "truncated weights": (truncate, "weights.safetensors cannot be read as weights; is it truncated"),
    "empty weights": (empty, "weights.safetensors cannot be read as weights; is it truncated"),
    "a pickle under the right name": (pickled, "weights.safetensors cannot be read as weights"),
    "a torch file under the right name": (torch_pickle, "weights.safetensors cannot be read as weights"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), "weights.safetensors cannot be read .No such file"),
    "no config": (lambda f: (f / CONFIG).unlink(), "config.json cannot be read .No such file"),
    "weights that are a folder": (
        lambda f: ((f / WEIGHTS).unlink(), (f / WEIGHTS).mkdir()),
        "weights.safetensors cannot be read as weights",
    ),
    "foreign weights": (
        lambda f: change_weights(f, lambda tensors: None, {"format": "pt"}),
        "weights.safetensors cannot be used as weights: it is a safetensors file of something else",
    ),
    "weights without metadata": (
        lambda f: save_file({"x": torch.ones(2)}, f / WEIGHTS),
        "weights.safetensors cannot be used as weights: it is a safetensors file of something else",
    ),
    "a tensor too few": (
        lambda f: change_weights(f, lambda tensors: tensors.pop("model.denoiser.control.0.bias")),
        "weights.safetensors cannot be used as weights: model.denoiser.control.0.bias is missing",
    ),
    "a tensor too many": (
        lambda f: change_weights(f, lambda tensors: tensors.update({"model.extra": torch.ones(1)})),
        "model.extra is not part of it",
    ),
    "a tensor of another shape": (
        lambda f: change_weights(f, lambda t: t.update({"model.denoiser.control.0.bias": torch.ones(3)})),
        r"denoiser.control.0.bias needs to be floats of shape \(32,\), it is float32 of \(3,\)",
    ),
    "NaN weights": (
        lambda f: change_weights(f, lambda t: t["model.denoiser.control.0.bias"].fill_(float("nan"))),
        "denoiser.control.0.bias holds values that are NaN or infinite",
    ),
    "another architecture": (
        lambda f: change_config(f, lambda about: about["model"].update(widths=[16, 32])),
        "weights.safetensors cannot be used as weights: .* needs to be floats of shape",
    ),
    "no histograms": (
        lambda f: change_weights(f, lambda tensors: tensors.pop("control.histogram")),
        "weights.safetensors cannot be used as weights: control.histogram is missing",
    ),
    "histograms of another number of slices": (
        lambda f: change_weights(f, lambda t: t.update({"control.area": t["control.area"][:1].clone()})),
        r"control.area needs to be float32 of shape",
    ),
    "NaN histograms": (
        lambda f: change_weights(f, lambda t: t["control.histogram"].fill_(float("nan"))),
        "control.histogram holds values that are NaN",
    ),
    "a later version": (
        lambda f: change_config(f, lambda about: about.update(version=4)),
        "config.json has format version 4, this release reads version 1 or 2 or 3",
    ),
    "a config of something else": (
        lambda f: (f / CONFIG).write_text('{"_class_name": "UNet2DModel"}'),
        "config.json is no config of a lesion-diffusion model",
    ),
    "a config that is no JSON": (lambda f: (f / CONFIG).write_text("{"), "config.json is no config"),
    "a config that is no text": (lambda f: (f / CONFIG).write_bytes(b"\xff\xfe\x00"), "config.json is no config"),
    "a config that is a list": (lambda f: (f / CONFIG).write_text("[1]"), "config.json is no config"),
    "a config without model": (
        lambda f: change_config(f, lambda about: about.pop("model")),
        "config.json cannot be used",
    ),
    "a field too few": (
        lambda f: change_config(f, lambda about: about["model"].pop("size")),
        "config.json cannot be used: its model needs the fields",
    ),
    "impossible numbers": (
        lambda f: change_config(f, lambda about: about["model"].update(size=-1)),
        "config.json cannot be used: its model has impossible numbers",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_folder_is_refused_by_name(folder, what):
    damage, reason = DAMAGE[what]
    damage(folder)
    with pytest.raises(InputError, match=reason) as error:
        read_model(folder)
    assert str(folder) in str(error.value)
    assert "claim-aug train DATASET OUT" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["model.pt", "model.ckpt", "diffusion_pytorch_model.BIN", "model.pkl"])
def test_a_pickle_is_refused_before_it_is_opened(tmp_path, name):
    with pytest.raises(InputError, match=f"{name} is a pickle, which can run code when it is loaded, and is refused"):
        read_model(tmp_path / name)


def test_a_folder_with_nothing_but_a_pickle_is_refused(tmp_path):
    torch.save({"a": torch.ones(1)}, tmp_path / "netG.pt")
    with pytest.raises(InputError, match="config.json cannot be read .*; netG.pt in it is a pickle and is refused"):
        read_model(tmp_path)


def test_a_file_or_nothing_is_no_folder(folder, tmp_path):
    for path in (folder / WEIGHTS, tmp_path / "nowhere"):
        with pytest.raises(InputError, match=f"{path} is no folder of a generator"):
            read_model(path)


def test_an_error_is_not_remembered(folder):
    good = (folder / WEIGHTS).read_bytes()
    truncate(folder)
    with pytest.raises(InputError):
        read_model(folder)
    (folder / WEIGHTS).write_bytes(good)
    assert read_model(folder).config.kind == "ddpm"


def test_no_histograms_at_all_are_not_written(tiny, tmp_path, learnable):
    """What is read back has to be there: a model is written with its controls."""
    model = LesionDiffusion(tiny, controls_of(learnable))
    write_model(model, tmp_path, "# card")
    assert read_model(tmp_path).controls.histogram.shape == (len(learnable), 16)


def first_format(folder):
    """The folder as the first format had it."""
    arrays = load_file(folder / WEIGHTS)
    arrays["control.donor"] = arrays.pop("control.source_patient")
    save_file(arrays, folder / WEIGHTS, {"format": KIND.format})
    change_config(folder, lambda about: about.update(version=1))


def test_a_folder_of_the_first_format_is_read_with_a_warning_and_can_be_rewritten(folder):
    model, bytes_of = read_model(folder), (folder / WEIGHTS).read_bytes()
    first_format(folder)
    advice = r"is a model of the first format.*tools/rewrite_weights.py .*or train"
    with pytest.warns(ClaimAugWarning, match=advice) as seen:
        old = read_model(folder)
    assert seen[0].filename == __file__
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in old.state_dict().items())
    assert np.array_equal(old.controls.source_patient, model.controls.source_patient)
    rewrite(folder)
    assert (folder / WEIGHTS).read_bytes() == bytes_of
    assert read_model(folder).controls.source_patient.size
