"""A pool's files: checked when they are opened."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from claim_aug.errors import InputError
from claim_aug.pool.file import KIND, LICENCE, open_patient, read_about


@pytest.fixture
def broken(pool, tmp_path):
    """Write the pool's first file again with other arrays or another description."""
    source = sorted(pool.iterdir())[0]

    def write(about=None, **arrays):
        with safe_open(source, framework="numpy") as file:
            told = json.loads(file.metadata()[KIND.format]) | (about or {})
            kept = {name: file.get_tensor(name) for name in file.keys()} | arrays  # noqa: SIM118
        path = tmp_path / "broken.safetensors"
        save_file(
            {name: array for name, array in kept.items() if array is not None}, path, {KIND.format: json.dumps(told)}
        )
        return path

    return write


def test_a_file_says_what_it_is_of(pool):
    about = read_about(sorted(pool.iterdir())[0])
    assert (about.case, about.shape, about.across) == ("Case_1", (64, 64, 4), 2)
    assert about.request["labels"].startswith("phantom")


def test_a_file_carries_the_licence_notice(pool):
    with KIND.opened(sorted(pool.iterdir())[0]) as (told, _):
        assert told["licence"] == LICENCE


def test_equal_scars_give_equal_bytes(pool, dataset, tmp_path):
    from claim_aug import ScarSynthesizer
    from claim_aug.jobs.pool import build_pool

    build_pool(dataset, tmp_path, ScarSynthesizer(labels="phantom"), count=4, seed=0)
    for path in pool.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": None}, "seed is missing"),
        ({"label": np.zeros(3, np.int32)}, "label needs"),
        ({"voxel": None, "voxels": np.zeros(1)}, "voxel is missing"),
        ({"about": {"version": 9}}, "format version 9"),
        ({"about": {"across": 7}}, "no stack of slices"),
        ({"about": {"across": -1}}, "no stack of slices"),
        ({"about": {"shape": [2, 2, 4]}}, "outside its grid"),
        ({"about": {"case": None, "more": 1}}, "something else"),
    ],
)
def test_wrong_content_is_refused_by_name(broken, change, reason):
    with pytest.raises(InputError, match=reason):
        open_patient(broken(**change))


def test_starts_that_do_not_divide_the_voxels_are_refused(broken, pool):
    with safe_open(sorted(pool.iterdir())[0], framework="numpy") as file:
        start, value = file.get_tensor("start"), file.get_tensor("value")
    with pytest.raises(InputError, match="start does not divide"):
        open_patient(broken(start=start[::-1].copy()))
    with pytest.raises(InputError, match="NaN"):
        open_patient(broken(value=np.full_like(value, np.nan)))


def test_a_truncated_file_and_another_format_are_refused(pool, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(sorted(pool.iterdir())[0].read_bytes()[:500])
    with pytest.raises(InputError, match="truncated or another format"):
        open_patient(path)
    save_file({"a": np.zeros(1)}, path)
    with pytest.raises(InputError, match="something else"):
        open_patient(path)
    path.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        open_patient(path)
