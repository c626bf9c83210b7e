"""One reader for every file that this package makes: what is no such file is refused by name."""

import os

import numpy as np
import pytest

from claim_aug.data.artifacts import ArtifactKind, misfit, read_once
from claim_aug.errors import InputError

KIND = ArtifactKind("claim-aug thing", (2, 3), "a thing", "make one")
LAYOUT = {"a": ("float32", ("rows", 2)), "b": ("iu", ("rows",))}
ARRAYS = {"a": np.ones((4, 2), np.float32), "b": np.arange(4)}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(KIND.pack(ARRAYS, {"of": "phantoms"}))
    return tmp_path / "x.safetensors"


def test_what_is_packed_comes_back(path):
    about, arrays = KIND.read(path, LAYOUT)
    assert about == {"version": 3, "of": "phantoms"}
    assert all(np.array_equal(arrays[name], ARRAYS[name]) for name in ARRAYS)


def test_arrays_without_an_axis_keep_their_shape(tmp_path):
    (tmp_path / "x").write_bytes(KIND.pack({"step": np.array(3.0)}, {}))
    assert KIND.read(tmp_path / "x")[1]["step"].shape == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"a": ARRAYS["a"].astype(float)}, r"a needs to be float32 of shape \(4, 2\), it is float64 of \(4, 2\)"),
        ({"b": np.arange(3)}, r"b needs to be iu of shape \(4,\), it is int64 of \(3,\)"),
        ({"a": np.full((4, 2), np.nan, np.float32)}, "a holds values that are NaN or infinite"),
        ({"c": np.arange(3)}, "c is not part of it"),
    ],
)
def test_arrays_that_do_not_fit_are_named(change, reason):
    assert misfit(ARRAYS, LAYOUT) is None
    with pytest.raises(InputError, match=reason):
        raise InputError(misfit(ARRAYS | change, LAYOUT))


@pytest.mark.parametrize("name", ["x.pt", "x.CKPT", "x.pkl"])
def test_a_pickle_is_refused_before_it_is_opened(tmp_path, name):
    with pytest.raises(InputError, match=f"{name} is a pickle, which can run code .* and is refused; make one"):
        KIND.read(tmp_path / name)


def test_another_version_and_another_kind_are_refused(path):
    other = ArtifactKind("claim-aug thing", (9,), "a thing", "make one")
    with pytest.raises(
        InputError, match="x.safetensors cannot be used as a thing: it has format version 3, .* 9; make"
    ):
        other.read(path)
    with pytest.raises(
        InputError, match="cannot be used as a box: it is a safetensors file of something else; find one"
    ):
        ArtifactKind("claim-aug box", (1,), "a box", "find one").read(path)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match="no.safetensors cannot be read: No such file or directory.*; make one"):
        KIND.read(tmp_path / "no.safetensors")


def test_a_file_is_read_once_until_it_changes(path):
    read = []

    @read_once(maxsize=2)
    def content(path):
        read.append(path)
        return path.read_bytes()

    assert content(path) is content(str(path))
    os.utime(path, ns=(1, 1))
    assert content(path) == path.read_bytes()
    assert len(read) == 2
