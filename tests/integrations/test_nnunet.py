"""nnU-Net: its padding, its random state, its settings, and the trainer that it finds."""

import ast
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from claim_aug.errors import InputError
from claim_aug.integrations.nnunet import TRAINERS
from claim_aug.integrations.nnunet.settings import read_settings

needs_transforms = pytest.mark.skipif(not find_spec("batchgeneratorsv2"), reason="batchgeneratorsv2 is not installed")
needs_nnunet = pytest.mark.skipif(not find_spec("nnunetv2"), reason="nnunetv2 is not installed")


@pytest.fixture
def patch(heart):
    return {
        "image": torch.from_numpy(heart.image.copy())[None],
        "segmentation": torch.from_numpy(heart.labels.astype(np.int16))[None],
    }


@needs_transforms
def test_padding_and_labels_of_a_previous_stage_stay(patch):
    from claim_aug.integrations.nnunet.transform import ScarTransform

    patch["segmentation"][:, :3] = -1
    patch["segmentation"] = torch.cat([patch["segmentation"], torch.full_like(patch["segmentation"], 7)])
    done = ScarTransform(labels="phantom")(**patch)
    assert (done["segmentation"][0, :3] == -1).all()
    assert (done["segmentation"][1] == 7).all()
    assert (done["segmentation"][0] == 3).any()
    assert not (patch["segmentation"][0] == 3).any()


@needs_transforms
def test_a_patch_without_a_ventricle_is_kept_by_default(patch):
    from claim_aug.integrations.nnunet.transform import ScarTransform

    patch = {name: tensor[:, :8, :8] for name, tensor in patch.items()}
    done = ScarTransform(labels="phantom")(**patch)
    assert torch.equal(done["segmentation"], patch["segmentation"])


@needs_transforms
def test_the_seed_is_numpys_not_pytorchs(patch):
    from claim_aug.integrations.nnunet.transform import ScarTransform

    transform, found = ScarTransform(labels="phantom"), []
    for seed in (1, 2):
        torch.manual_seed(0)
        np.random.seed(seed)  # noqa: NPY002  what nnU-Net does in its workers
        found.append(transform(**patch)["segmentation"])
    assert not torch.equal(*found)


def test_the_label_scheme_comes_from_the_names_in_dataset_json(monkeypatch):
    monkeypatch.delenv("CLAIM_AUG_NNUNET", raising=False)
    names = {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3}
    assert read_settings(names) == {"p": 0.5, "labels": "background=0,cavity=1,myocardium=2,infarct=3"}


def test_the_environment_sets_every_parameter(monkeypatch):
    monkeypatch.setenv("CLAIM_AUG_NNUNET", '{"p": 0.2, "labels": "emidec", "burden": [5, 30]}')
    assert read_settings({"heart": 1}) == {"p": 0.2, "labels": "emidec", "burden": [5, 30]}


@pytest.mark.parametrize(
    ("text", "reason"), [("p=1", "needs a JSON object"), ("[]", "needs a JSON object"), ("{}", "not named")]
)
def test_settings_that_say_too_little_are_refused(monkeypatch, text, reason):
    monkeypatch.setenv("CLAIM_AUG_NNUNET", text)
    with pytest.raises(InputError, match=reason):
        read_settings({"background": 0, "heart": 1})


def test_the_trainers_are_alone_in_their_folder_and_import_absolutely():
    files = sorted(TRAINERS.glob("*.py"))
    assert [file.name for file in files] == ["nnUNetTrainerJoint.py", "nnUNetTrainerScar.py"]
    trees = [ast.parse(file.read_text()) for file in files]
    imports = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert all(node.level == 0 for node in imports)


def test_the_command_line_prints_the_folder_without_importing_anything_heavy():
    code = (
        "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules));"
        "from claim_aug.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "nnunet-trainers"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(TRAINERS), "False"]


@needs_nnunet
def test_nnunet_finds_the_trainer_and_it_puts_scars_first():
    code = """
from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name
trainer = recursive_find_trainer_class_by_name("nnUNetTrainerScar")
made = trainer.__new__(trainer)
made.dataset_json = {"labels": {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3}}
pipeline = made.get_training_transforms((64, 64), (-0.2, 0.2), None, (0, 1), False, use_mask_for_norm=[False])
print([type(transform).__name__ for transform in pipeline.transforms][:2])
"""
    environment = os.environ | {"nnUNet_extTrainer": str(TRAINERS), "CLAIM_AUG_NNUNET": "{}"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "['ScarTransform', 'SpatialTransform']" in done.stdout, done.stderr


@needs_transforms
def test_of_several_channels_the_named_one_gets_the_scar_and_the_others_stay(patch):
    from claim_aug.integrations.nnunet.transform import ScarTransform

    three = patch | {"image": torch.cat([patch["image"] * scale for scale in (0.5, 1.0, 2.0)])}
    done = ScarTransform(labels="phantom", channel=1)(**three)
    assert [bool((done["image"][c] == three["image"][c]).all()) for c in range(3)] == [True, False, True]
    with pytest.raises(InputError, match="the image has 3 channels; say which one is LGE"):
        ScarTransform(labels="phantom")(**three)
    with pytest.raises(InputError, match="channel 3 is asked for, the image has 3"):
        ScarTransform(labels="phantom", channel=3)(**three)
    with pytest.raises(InputError, match="channel needs to be the number"):
        ScarTransform(labels="phantom", channel="LGE")


def test_the_trainer_takes_the_channel_that_is_called_lge(monkeypatch):
    labels = {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3}
    assert read_settings(labels, {"0": "C0", "1": "LGE", "2": "T2"})["channel"] == 1
    assert "channel" not in read_settings(labels, {"0": "MRI"})
    monkeypatch.setenv("CLAIM_AUG_NNUNET", '{"channel": 2}')
    assert read_settings(labels, {"0": "C0", "1": "LGE", "2": "T2"})["channel"] == 2
    monkeypatch.delenv("CLAIM_AUG_NNUNET")
    with pytest.raises(InputError, match="Say which one is"):
        read_settings(labels, {"0": "C0", "1": "T1"})
