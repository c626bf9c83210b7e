"""A run: the same bytes whoever does the work and however it is cut off, and nothing of another run."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from claim_aug import Rendering, ScarSynthesizer
from claim_aug.cli import main
from claim_aug.data.dataset import find_cases
from claim_aug.data.voxels import read_voxels
from claim_aug.errors import InputError, OutputError
from claim_aug.jobs.generate import sample_seed
from claim_aug.jobs.runs import sampling
from claim_aug.jobs.runs.job import Job, Shard
from claim_aug.jobs.runs.processes import Processes
from claim_aug.jobs.runs.quality import Quality
from claim_aug.jobs.runs.stop import Stop
from claim_aug.phantom import make_phantom, write_emidec


def test_every_sample_has_its_files_and_one_row(generate, content, tmp_path):
    summary = generate(tmp_path / "out")
    files, rows = content(tmp_path / "out")
    assert (summary.made, summary.total, summary.complete) == (6, 6, True)
    assert {name for row in rows for name in row["files"]} == files.keys() - {"manifest.csv", "run.toml"}
    assert [row["case"] for row in rows].count("Case_0") == 3
    assert {(row["case"], row["existing"]) for row in rows} == {("Case_0", "none"), ("Case_1", "replace")}
    assert all(row["realised"]["total_burden_percent"] == row["realised"]["burden_percent"] for row in rows)
    assert all(row["quality"]["contrast_to_noise"] > 2 and row["software"]["numpy"] for row in rows)


def test_workers_make_the_same_bytes(generate, content, undisturbed, tmp_path):
    generate(tmp_path / "out", executor=Processes(2))
    assert content(tmp_path / "out") == undisturbed


def test_two_shards_in_one_folder_make_the_same_bytes(generate, content, undisturbed, tmp_path):
    for number in (2, 1):
        generate(tmp_path / "out", shard=Shard(number, 2))
    assert content(tmp_path / "out") == undisturbed


def test_a_run_that_was_stopped_goes_on_and_leaves_the_same_bytes(generate, content, undisturbed, tmp_path):
    stop = Stop()

    def ask_after_two(summary, outcome):
        if summary.made == 2:
            stop.number = signal.SIGTERM

    executor = Processes(1)
    first = generate(tmp_path / "out", executor=executor, stop=stop, report=ask_after_two)
    assert 2 <= first.made < 6
    assert first.stopped == signal.SIGTERM
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
    second = generate(tmp_path / "out")
    assert (second.there, second.made) == (first.made, 6 - first.made)
    assert content(tmp_path / "out") == undisturbed


def test_what_is_missing_or_damaged_is_made_again(generate, content, undisturbed, tmp_path):
    generate(tmp_path / "out")
    (tmp_path / "out" / "images" / "Case_0_scar001.nii.gz").unlink()
    (tmp_path / "out" / "labels" / "Case_1_scar000.nii.gz").write_bytes(b"x")
    assert generate(tmp_path / "out").made == 2
    assert content(tmp_path / "out") == undisturbed


KILLED = """
import sys
from pathlib import Path
from claim_aug.cli import main
sys.argv = ["claim-aug", "generate", {scans!r}, {out!r}, "--labels", "phantom", "--generator", "signal", *{more!r}]
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("more", [[], ["--workers", "2"]])
def test_a_run_that_is_killed_goes_on_and_leaves_the_same_bytes(scans, content, cli_run, more, tmp_path):
    cli_run(scans, tmp_path / "whole")
    script = tmp_path / "killed.py"
    script.write_text(KILLED.format(scans=str(scans), out=str(tmp_path / "out"), more=["-n", "12", *more]))
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (tmp_path / "out" / "manifest.jsonl").exists() or not lines(tmp_path / "out"):
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert 0 < lines(tmp_path / "out") < 24
    cli_run(scans, tmp_path / "out")
    found, expected = content(tmp_path / "out"), content(tmp_path / "whole")
    assert found[1] == expected[1]
    assert {name: data for name, data in found[0].items() if name != "run.toml"} == {
        name: data for name, data in expected[0].items() if name != "run.toml"
    }
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def lines(out):
    return (out / "manifest.jsonl").read_bytes().count(b"\n")


@pytest.fixture
def cli_run(monkeypatch, capsys):
    def run(scans, out):
        options = ["--labels", "phantom", "--generator", "signal", "-n", "12", "--quiet"]
        monkeypatch.setattr(sys, "argv", ["claim-aug", "generate", str(scans), str(out), *options])
        with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code, capsys.readouterr().err

    return run


def test_another_run_on_the_same_folder_is_refused_with_the_difference(generate, tmp_path):
    generate(tmp_path / "out")
    with pytest.raises(OutputError, match="holds another run: burden was None and is 20"):
        generate(tmp_path / "out", options={"burden": 20})
    generate(tmp_path / "out", options={"burden": 20}, overwrite=True)


def test_files_of_others_are_never_replaced(generate, tmp_path):
    path = tmp_path / "out" / "images" / "Case_1_scar002.nii.gz"
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(OutputError, match="Case_1_scar002.nii.gz exists already"):
        generate(tmp_path / "out")
    assert path.read_text() == "mine"
    assert [file for file in (tmp_path / "out").rglob("*") if file.is_file()] == [path]


def test_a_scan_that_has_changed_since_is_refused(generate, tmp_path):
    for number in range(2):
        write_emidec(make_phantom(number, scar=False, shape=(64, 64, 3)), tmp_path / "scans", f"Case_{number}")
    generate(tmp_path / "out", dataset=tmp_path / "scans")
    write_emidec(make_phantom(5, scar=False, shape=(64, 64, 3)), tmp_path / "other", "Case_1")
    (tmp_path / "other" / "Case_1" / "Images" / "Case_1.nii.gz").replace(
        tmp_path / "scans" / "Case_1" / "Images" / "Case_1.nii.gz"
    )
    with pytest.raises(OutputError, match="Case_1.nii.gz has changed since samples were made"):
        generate(tmp_path / "out", dataset=tmp_path / "scans")


@pytest.fixture
def with_bad_case(tmp_path):
    """Three cases, of which the middle one is cut off."""
    for number in range(3):
        write_emidec(make_phantom(number, scar=False, shape=(64, 64, 3)), tmp_path / "scans", f"Case_{number}")
    path = tmp_path / "scans" / "Case_1" / "Images" / "Case_1.nii.gz"
    path.write_bytes(path.read_bytes()[:5000])
    return tmp_path / "scans"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_case_is_kept_apart_and_the_others_are_made(generate, with_bad_case, workers, tmp_path):
    summary = generate(tmp_path / "out", dataset=with_bad_case, executor=Processes(2) if workers else None)
    assert summary.made == 6
    assert list(summary.bad_cases) == ["Case_1"]
    assert "truncated" in summary.bad_cases["Case_1"]
    assert (tmp_path / "out" / "failed.csv").read_text().startswith("name,reason\nCase_1,")


def test_a_bad_case_that_was_mended_is_made_and_no_longer_listed(generate, with_bad_case, tmp_path):
    generate(tmp_path / "out", dataset=with_bad_case)
    write_emidec(make_phantom(1, scar=False, shape=(64, 64, 3)), tmp_path / "new", "Case_1")
    (tmp_path / "new" / "Case_1" / "Images" / "Case_1.nii.gz").replace(
        with_bad_case / "Case_1" / "Images" / "Case_1.nii.gz"
    )
    summary = generate(tmp_path / "out", dataset=with_bad_case)
    assert (summary.there, summary.made, summary.bad_cases) == (6, 3, {})
    assert not (tmp_path / "out" / "failed.csv").exists()


def test_shards_complete_a_data_set_though_one_has_a_bad_case(generate, with_bad_case, tmp_path):
    for number in (2, 1, 3):
        generate(tmp_path / "out", dataset=with_bad_case, layout="nnunet", shard=Shard(number, 3))
    assert [path.name for path in (tmp_path / "out").glob("failed*")] == ["failed-shard-2-of-3.csv"]
    table = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert (table["numTraining"], table["claim_aug"]["real"]) == (8, ["Case_0", "Case_2"])


def test_fail_fast_stops_at_the_first_bad_case(generate, with_bad_case, tmp_path):
    with pytest.raises(InputError, match="Case_1: .*truncated"):
        generate(tmp_path / "out", dataset=with_bad_case, fail_fast=True)
    assert lines(tmp_path / "out") == 3


def test_a_sample_that_is_never_good_enough_is_counted_with_its_reasons(generate, tmp_path):
    summary = generate(tmp_path / "out", options={"generator": Invisible()}, settings={}, attempts=2)
    assert (summary.made, len(summary.failed)) == (0, 6)
    assert set(summary.failed.values()) == {"drawn 2 times and not kept: not visible"}
    assert summary.redrawn["not visible"] == 6
    assert not (tmp_path / "out" / "images").exists()


class Invisible:
    """A generator that leaves the wall as it is but for a trifle."""

    def render(self, image, mask, anatomy, rng):
        return Rendering(image * 1.0001, {"generator": "invisible"})


def test_what_nobody_expected_of_one_sample_is_counted_and_the_others_are_made(generate, monkeypatch, tmp_path):
    def fail_once(sample, *_):
        if sample.seed == failing:
            raise ZeroDivisionError("of one scan")
        return Quality(9.0, ())

    failing = sample_seed(0, "Case_1", 1)
    monkeypatch.setattr(sampling, "judge", fail_once)
    summary = generate(tmp_path / "out")
    assert summary.made == 5
    assert list(summary.failed) == ["Case_1_scar001"]
    assert "ZeroDivisionError" in summary.failed["Case_1_scar001"]


def test_nnunets_layout_has_the_scans_and_folds_without_a_synthetic_one_in_validation(generate, content, tmp_path):
    generate(tmp_path / "out", layout="nnunet")
    files, rows = content(tmp_path / "out")
    assert sorted(row["name"] for row in rows if not row["synthetic"]) == ["Case_0", "Case_1"]
    table, folds = (json.loads(files[name]) for name in ("dataset.json", "splits_final.json"))
    assert table["numTraining"] == 8
    assert sorted(fold["val"] for fold in folds) == [["Case_0"], ["Case_1"]]
    assert all(
        name.startswith(("Case_0", "Case_1")) and len(fold["train"]) == 4 for fold in folds for name in fold["val"]
    )
    generate(tmp_path / "two", layout="nnunet", executor=Processes(2))
    assert content(tmp_path / "two") == (files, rows)


@pytest.mark.parametrize("layout", ["same", "flat"])
def test_other_layouts_hold_every_sample(generate, content, layout, tmp_path):
    generate(tmp_path / "out", layout=layout)
    files, rows = content(tmp_path / "out")
    expected = {"same": "Case_0_scar000/Images/Case_0_scar000.nii.gz", "flat": "Case_0_scar000_labels.nii.gz"}[layout]
    assert expected in files
    assert len(rows) == 6


def test_a_worker_that_is_killed_is_replaced(generate, content, undisturbed, tmp_path):
    killed = []

    def kill_first(summary, outcome):
        if outcome is not None and not killed:
            killed.append(multiprocessing.active_children()[0])
            os.kill(killed[0].pid, signal.SIGKILL)

    generate(tmp_path / "out", executor=Processes(2), report=kill_first)
    assert killed
    assert content(tmp_path / "out") == undisturbed


def test_a_networks_batches_across_cases_give_what_one_scan_alone_gives(generate, scans, folders, tmp_path):
    options = {"generator": "ddpm", "model": str(folders["ddpm"])}
    generate(tmp_path / "out", options=options, per_case=2, settings={})
    case = find_cases(scans)[1]
    anatomy = case.ventricle("phantom")
    synthesizer = ScarSynthesizer(labels="phantom", existing="replace", **options)
    for replica in range(2):
        seed = Job(case, replica, 0).seed(0)
        sample = synthesizer.sample(case.image, case.labels, seed=seed, anatomy=anatomy)
        written = read_voxels(tmp_path / "out" / "images" / f"Case_1_scar00{replica}.nii.gz")
        assert np.array_equal(written.data, sample.image)
    (row, *_) = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    assert row["weights"]["licence"] == "not stated"
    assert len(row["weights"]["sha256"]["weights.safetensors"]) == 64
