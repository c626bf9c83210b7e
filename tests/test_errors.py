"""Each error is also the built-in that a Python user catches."""

from pathlib import Path

import numpy as np
import pytest

from claim_aug import ScarPool, ScarSynthesizer, errors
from claim_aug.data.dataset import find_cases, find_images
from claim_aug.data.voxels import read_voxels
from claim_aug.errors import ClaimAugError
from claim_aug.segmentation.folder import read_segmenter

KINDS = [
    (errors.InputError, ValueError),
    (errors.MissingFileError, FileNotFoundError),
    (errors.LabelError, ValueError),
    (errors.AnatomyError, ValueError),
    (errors.EmptyScarError, ValueError),
    (errors.MissingDependencyError, ImportError),
    (errors.PluginError, LookupError),
    (errors.OutputError, OSError),
]


def test_every_error_is_listed_here():
    kinds = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ClaimAugError)}
    assert kinds == {kind for kind, _ in KINDS} | {ClaimAugError}


@pytest.mark.parametrize(("kind", "builtin"), KINDS, ids=[kind.__name__ for kind, _ in KINDS])
def test_an_error_is_the_builtin_that_a_user_expects_and_says_its_sentence(kind, builtin):
    with pytest.raises(builtin, match="^what came$") as caught:
        raise kind("what came")
    assert isinstance(caught.value, ClaimAugError)


def test_a_file_that_is_not_there_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.nii"):
        read_voxels(tmp_path / "none.nii.gz")


@pytest.mark.parametrize(
    "make",
    [
        lambda: ScarSynthesizer("smile:none.json"),
        lambda: ScarSynthesizer("manual", table="none.csv"),
        lambda: ScarSynthesizer("smile", "ddpm:none"),
        lambda: ScarSynthesizer("smile", "transplant:none.safetensors"),
        lambda: read_segmenter("none"),
        lambda: ScarPool("none"),
        lambda: find_cases(Path("none")),
        lambda: find_images(Path("none")),
    ],
    ids=["prior", "table", "model", "bank", "segmenter", "pool", "data set", "images"],
)
def test_so_is_whatever_an_option_names(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="none"):
        make()


def test_a_value_out_of_range_is_a_value_error():
    with pytest.raises(ValueError, match="burden"):
        ScarSynthesizer(burden=(5, 400))


def test_labels_of_another_scheme_are_a_value_error():
    image = np.zeros((32, 32, 3), np.float32)
    with pytest.raises(ValueError, match="label"):
        ScarSynthesizer(labels="emidec").sample(image, np.full(image.shape, 77), spacing=(1.5, 1.5, 8.0), seed=0)


def test_an_unknown_prior_is_a_lookup_error():
    with pytest.raises(LookupError, match="smyle"):
        ScarSynthesizer("smyle")
