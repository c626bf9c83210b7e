"""One run at a time on one output."""

import errno
import re
import subprocess
import sys

import pytest

from claim_aug.data import claim
from claim_aug.data.claim import claimed, claims_out
from claim_aug.data.staging import staged
from claim_aug.errors import OutputError

HOLD = """
import sys
from pathlib import Path
from claim_aug.data.claim import claimed
with claimed(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def another_run(tmp_path):
    """Starts a process that claims a folder, or a file in it, until it is ended."""
    running = []

    def start(name=""):
        command = [sys.executable, "-c", HOLD, str(tmp_path / "out"), name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in running:
        process.communicate("")


def test_the_second_run_is_refused_and_told_of_the_first(another_run, tmp_path):
    first = another_run()
    told = rf"in use by another run \(.*process {first.pid} on "
    with pytest.raises(OutputError, match=told) as caught, claimed(tmp_path / "out"):
        pass
    assert re.search(r"since \d{4}-\d\d-\d\dT", str(caught.value))
    with pytest.raises(OutputError, match="in use by another run"), staged(tmp_path / "out"):
        pass


def test_when_the_first_ends_however_it_ends_the_second_may(another_run, tmp_path):
    another_run().communicate("")
    with claimed(tmp_path / "out"):
        pass
    killed = another_run()
    killed.kill()
    killed.wait()
    with claimed(tmp_path / "out"):
        pass
    assert list((tmp_path / "out").iterdir()) == []


def test_files_in_one_folder_are_claimed_apart(another_run, tmp_path):
    another_run("a.csv")
    with claimed(tmp_path / "out", "b.csv"):
        pass
    with pytest.raises(OutputError, match=r"a\.csv is in use"), claimed(tmp_path / "out", "a.csv"):
        pass


def test_what_a_job_has_claimed_it_may_write_to(tmp_path):
    @claims_out
    def job(text, out, *, twice=False):
        """Write."""
        with staged(out) as stage:
            (stage / "a.txt").write_text(text)
        return twice or job("again", out=out, twice=True)

    assert job("once", tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text() == "again"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]
    assert job.__doc__ == "Write."


def test_errors_of_a_job_are_not_taken_for_errors_of_its_output(tmp_path):
    @claims_out
    def job(out):
        raise FileNotFoundError("an input")

    with pytest.raises(FileNotFoundError, match="an input"):
        job(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP])
def test_where_a_file_system_has_no_locks_runs_are_made_all_the_same(tmp_path, monkeypatch, number):
    def without(*_):
        raise OSError(number, "no locks")

    monkeypatch.setattr(claim.fcntl, "flock", without)
    with staged(tmp_path / "out") as stage:
        (stage / "a.txt").write_text("a")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]
