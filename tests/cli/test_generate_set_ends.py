"""A run over a data set that is checked, cut off, stopped or out of room, as a user meets it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from manifest_rows import rows

from claim_aug.data.commit import begin


@pytest.fixture
def generate(generate_set):
    """Run ``generate`` on the data set with further arguments."""
    return generate_set


def test_verify_names_what_has_changed_and_makes_a_sample_again(generate, cli, tmp_path):
    generate()
    assert "6 samples compared with their hashes, 6 as they should be" in cli("verify", tmp_path / "out").out
    again = cli("verify", tmp_path / "out", "--redo", "Case_1_scar001")
    assert (again.code, "1 sample made again and compared, 1 as they should be" in again.out) == (0, True)
    (tmp_path / "out" / "labels" / "Case_2_scar000.nii.gz").write_bytes(b"x")
    done = cli("verify", tmp_path / "out")
    assert (done.code, "different: Case_2_scar000: labels/Case_2_scar000.nii.gz has changed" in done.err) == (1, True)
    assert "holds no manifest.jsonl" in cli("verify", tmp_path).err
    (tmp_path / "out" / "run.toml").write_text("seed = 'x'\n")
    again = cli("verify", tmp_path / "out", "--redo", "Case_1_scar001")
    assert (again.code, "does not hold the options of a run" in again.err) == (1, True)
    assert "holds no manifest.jsonl" in cli("verify", tmp_path / "out" / "run.toml").err
    assert "has no sample 'x'" in cli("verify", tmp_path / "out", "--redo", "x").err


def test_a_set_that_was_cut_off_is_said_to_be_so_by_whoever_reads_it(generate, cli, dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "scans")
    generate(source=tmp_path / "scans")
    out = tmp_path / "out"
    lines = (out / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    (out / "manifest.jsonl").write_bytes(b"".join(lines[:4]))
    begin(out / ".claim-aug")
    for done in (cli("verify", out), cli("quantify", out, "--labels", "phantom")):
        assert f"{out} is not whole: a run on it was killed or still goes on" in " ".join(done.err.split())
    done = cli("verify", out)
    assert (done.code, "warning: 2 samples not made yet; go on with: claim-aug generate" in done.err) == (0, True)
    assert json.loads(cli("verify", out, "--json").out)["never_made"] == 2
    shutil.rmtree(tmp_path / "scans")
    assert "nothing tells how many samples it has" in cli("verify", out).out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_stop_finishes_what_it_has_in_hand_and_says_how_to_go_on(dataset, number, tmp_path):
    command = [sys.executable, "-m", "claim_aug", "generate", str(dataset), "out", "--labels", "phantom"]
    command += ["--generator", "signal", "-n", "300", "--workers", "2"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen(command, cwd=tmp_path, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL), **pipes)
    with run:
        until = time.monotonic() + 60
        while not list((tmp_path / "out").glob("images/*")) and time.monotonic() < until:
            time.sleep(0.02)
        run.send_signal(number)
        try:
            _, err = run.communicate(timeout=60)
        finally:
            run.kill()
    assert run.returncode == 128 + number
    assert "Traceback" not in err
    assert "go on with: claim-aug generate --config" in err
    names = {name for row in rows(tmp_path / "out") for name in row["files"]}
    assert names
    assert names == {
        str(path.relative_to(tmp_path / "out"))
        for folder in ("images", "labels", "sidecars")
        for path in (tmp_path / "out" / folder).iterdir()
    }
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="needs root to mount a small tmpfs")
def test_a_full_disk_leaves_a_valid_part_and_exit_code_one(generate, cli, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        done = generate("-n", "40", out=small / "out")
        assert done.code == 1
        assert "No space left on device; " in done.err
        assert "samples are there and whole; the same command goes on from there" in done.err
        assert 0 < len(rows(small / "out")) < 120
        assert cli("verify", small / "out").code == 0
        assert not [path for path in (small / "out").iterdir() if path.name.startswith(".")]
    finally:
        subprocess.run(["umount", small], check=True)
