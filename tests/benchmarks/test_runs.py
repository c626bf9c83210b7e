"""The benchmark of disturbed runs, small: one of each kind that needs no root."""

import shutil

import numpy as np
import pytest
from robustness import runs


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    return runs.Setting.make(tmp_path_factory.mktemp("runs"), cases=2, per_case=3)


@pytest.mark.parametrize("kind", ["kill -9", "a truncated scan", "two shards at once"])
def test_a_disturbed_run_comes_to_the_same_end(setting, kind):
    try:
        assert runs.DISTURBANCES[kind](setting, np.random.default_rng(1))
    finally:
        shutil.rmtree(setting.folder / "out", ignore_errors=True)


def test_another_end_would_be_noticed(setting):
    out = setting.folder / "out"
    shutil.copytree(setting.folder / "undisturbed", out)
    try:
        assert setting.same(out)
        (out / "labels" / "Case_00_scar000.nii.gz").write_bytes(b"x")
        assert not setting.same(out)
    finally:
        shutil.rmtree(out)
