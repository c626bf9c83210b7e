"""All or nothing."""

import errno
from pathlib import Path

import pytest

from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError, OutputError


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_results_appear_together(tmp_path):
    with staged(tmp_path / "new" / "out") as stage:
        (stage / "images").mkdir()
        (stage / "images" / "a.txt").write_text("a")
        assert not [name for name in files(tmp_path / "new" / "out") if not name.startswith(".claim-aug")]
    assert files(tmp_path / "new") == ["out", "out/images", "out/images/a.txt"]


def test_a_full_disk_leaves_nothing_and_is_said(tmp_path):
    with (
        pytest.raises(OutputError, match="No space left on device; nothing was written"),
        staged(tmp_path / "out") as stage,
    ):
        (stage / "a.txt").write_text("a")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert files(tmp_path) == []


@pytest.mark.parametrize("error", [InputError("x"), KeyboardInterrupt(), ValueError("x")])
def test_whatever_goes_wrong_nothing_is_left_half_written(tmp_path, error):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "before.txt").write_text("kept")
    with pytest.raises(type(error)), staged(tmp_path / "out") as stage:
        (stage / "a.txt").write_text("a")
        raise error
    assert files(tmp_path / "out") == ["before.txt"]


def test_a_move_that_fails_half_way_leaves_nothing(tmp_path):
    (tmp_path / "out" / "b").mkdir(parents=True)
    (tmp_path / "out" / "b" / "keep").write_text("kept")
    with pytest.raises(OutputError, match="a folder where a file is to be; nothing"), staged(tmp_path / "out") as stage:
        (stage / "a").mkdir()
        (stage / "a" / "first").write_text("moves")
        (stage / "b").write_text("cannot replace a folder")
    assert files(tmp_path / "out") == ["b", "b/keep"]


def test_a_file_in_the_way_of_the_folder_is_said(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write to"), staged(tmp_path / "out" / "deeper"):
        pass
    assert (tmp_path / "out").read_text() == "in the way"


def test_existing_files_are_named(tmp_path):
    (tmp_path / "a").write_text("a")
    with pytest.raises(OutputError, match=r"a exists already.*--overwrite"):
        refuse_existing(tmp_path, ["a", "b"])
    refuse_existing(Path(tmp_path), ["b"])
