"""``claim-aug pool build``."""

import numpy as np
import pytest

from claim_aug import ScarPool
from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    for seed in range(2):
        write_emidec(make_phantom(seed, scar=False, shape=(64, 64, 4)), folder, f"Case_{seed}")
    return folder


def test_it_writes_one_file_per_case(cli, scans, tmp_path):
    done = cli("pool", "build", scans, tmp_path / "pool", "-n", "3", "--labels", "phantom", "--set", "burden=20")
    assert done.code == 0, done.err
    assert f"3 scars of each of 2 cases written to {tmp_path / 'pool'}" in done.out
    assert sorted(path.name for path in (tmp_path / "pool").iterdir()) == ["Case_0.safetensors", "Case_1.safetensors"]
    heart = make_phantom(1, scar=False, shape=(64, 64, 4))
    sample = ScarPool(tmp_path / "pool").sample(heart.image, heart.labels, seed=2)
    assert sample.parameters["prior"]["burden"] == 20


def test_it_is_small(cli, scans, tmp_path):
    cli("pool", "build", scans, tmp_path / "pool", "-n", "8", "--labels", "phantom", "--set", "burden=20")
    wall = np.isin(make_phantom(0, scar=False, shape=(64, 64, 4)).labels, (2,)).sum()
    # A scar of a fifth of the wall, 17 bytes a voxel, and what is written about it.
    assert (tmp_path / "pool" / "Case_0.safetensors").stat().st_size < 8 * (0.25 * wall * 17 + 4000)


def test_files_are_replaced_only_when_asked_to(cli, scans, tmp_path):
    arguments = ("pool", "build", scans, tmp_path / "pool", "-n", "1", "--labels", "phantom")
    assert cli(*arguments).code == 0
    before = (tmp_path / "pool" / "Case_0.safetensors").read_bytes()
    done = cli(*arguments, "--seed", "1")
    assert (done.code, "--overwrite" in done.err) == (1, True)
    assert (tmp_path / "pool" / "Case_0.safetensors").read_bytes() == before
    assert cli(*arguments, "--seed", "1", "--overwrite").code == 0
    assert (tmp_path / "pool" / "Case_0.safetensors").read_bytes() != before


def test_a_case_without_a_ventricle_is_named_and_others_are_written(cli, scans, tmp_path):
    for path in scans.rglob("*.nii.gz"):
        target = tmp_path / "scans" / path.relative_to(scans)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    heart = make_phantom(0, scar=False, shape=(64, 64, 4))
    heart.labels[:] = 0
    write_emidec(heart, tmp_path / "scans", "Case_9")
    done = cli("pool", "build", tmp_path / "scans", tmp_path / "pool", "-n", "1", "--labels", "phantom")
    assert done.code == 3, done.err
    assert "failed: Case_9: Case_9.nii.gz: " in done.err
    assert cli("pool", "build", tmp_path / "scans", tmp_path / "fast", "--labels", "phantom", "--fail-fast").code == 1


def test_what_cannot_be_built_from_leaves_nothing(cli, scans, tmp_path):
    done = cli("pool", "build", scans, tmp_path / "pool", "-n", "1", "--labels", "emidec")
    assert (done.code, "Case_0" in done.err) == (1, True), done.err
    assert not (tmp_path / "pool").exists()
    done = cli("pool", "build", tmp_path / "no", tmp_path / "pool")
    assert (done.code, "is not a folder" in done.err) == (1, True)


def test_a_pool_that_was_cut_off_is_gone_on_with_and_is_the_same(cli, scans, tmp_path):
    arguments = ("-n", "2", "--labels", "phantom", "--seed", "4")
    assert cli("pool", "build", scans, tmp_path / "whole", *arguments).code == 0
    assert cli("pool", "build", scans, tmp_path / "cut", *arguments).code == 0
    (tmp_path / "cut" / "Case_1.safetensors").unlink()
    kept = (tmp_path / "cut" / "Case_0.safetensors").stat().st_mtime_ns
    done = cli("pool", "build", scans, tmp_path / "cut", *arguments)
    assert (done.code, "of each of 2 cases" in done.out) == (0, True)
    assert (tmp_path / "cut" / "Case_0.safetensors").stat().st_mtime_ns == kept
    for name in ("Case_0.safetensors", "Case_1.safetensors"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_workers_make_the_same_pool(cli, scans, tmp_path):
    arguments = ("-n", "2", "--labels", "phantom", "--generator", "signal")
    for name, more in (("one", ()), ("two", ("--workers", "2"))):
        done = cli("pool", "build", scans, tmp_path / name, *arguments, *more)
        assert done.code == 0, done.err
    files = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]
    assert len(files[0]) > 1


def test_another_request_does_not_go_on_with_it(cli, scans, tmp_path):
    arguments = ("pool", "build", scans, tmp_path / "pool", "--labels", "phantom", "-n")
    assert cli(*arguments, "2").code == 0
    (tmp_path / "pool" / "Case_1.safetensors").unlink()
    done = cli(*arguments, "3", "--seed", "1")
    assert done.code == 1
    assert "is of another pool: count was 2 and is 3, seed was 0 and is 1; choose another folder" in done.err
