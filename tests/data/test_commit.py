"""Files of a set take their places together, whatever ends the process, and at whatever point."""

import errno
import os
import warnings

import pytest

from claim_aug.data import commit
from claim_aug.data.staging import staged
from claim_aug.errors import LeftoverWarning, OutputError

NAMES = [f"{folder}/{number}.txt" for number in range(3) for folder in ("images", "labels")]
#: More than the number of renames that a run of this set takes.
RENAMES = 20


def write_set(out, text, names=NAMES, obsolete=()):
    with staged(out, [out / name for name in obsolete]) as stage:
        for name in names:
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_text(text)


def read_set(out):
    return {name: (out / name).read_text() for name in NAMES if (out / name).exists()}


def hidden(out):
    return [path.name for path in out.iterdir() if path.name.startswith(".")]


def killed_at(out, monkeypatch, number, text="new", **options):
    """Write a set in a process of its own that is gone at its rename of that number; returns whether it was."""
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1] != 0
    left, rename = number, commit.rename

    def until_killed(source, target):
        nonlocal left
        if not left:
            os._exit(9)
        left -= 1
        rename(source, target)

    monkeypatch.setattr(commit, "rename", until_killed)
    write_set(out, text, **options)
    os._exit(0)


@pytest.mark.parametrize("number", range(RENAMES))
def test_killed_between_any_two_renames_no_pair_is_of_two_runs_and_the_next_run_mends_it(tmp_path, monkeypatch, number):
    write_set(tmp_path, "old")
    if not killed_at(tmp_path, monkeypatch, number):
        assert number > 2 * len(NAMES) - 1
        assert set(read_set(tmp_path).values()) == {"new"}
        return
    found = read_set(tmp_path)
    for image, labels in zip(NAMES[::2], NAMES[1::2], strict=True):
        assert len({found[name] for name in (image, labels) if name in found}) < 2
    with pytest.warns(LeftoverWarning, match="files were complete and are in their places now"):
        write_set(tmp_path, "next", names=["other.txt"])
    assert read_set(tmp_path) == dict.fromkeys(NAMES, "new")
    assert hidden(tmp_path) == []


def test_killed_before_all_is_written_the_old_set_stays_and_the_rest_is_cleared_away(tmp_path):
    write_set(tmp_path, "old")
    if not (process := os.fork()):
        with staged(tmp_path) as stage:
            (stage / "a.txt").write_text("half")
            os._exit(9)
    os.waitpid(process, 0)
    assert read_set(tmp_path) == dict.fromkeys(NAMES, "old")
    with pytest.warns(LeftoverWarning, match="what it left half-written is removed"):
        write_set(tmp_path, "next", names=["other.txt"])
    assert hidden(tmp_path) == []
    assert not (tmp_path / "a.txt").exists()


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt(), SystemExit(143)])
@pytest.mark.parametrize("number", [0, 3, 7, 11])
def test_whatever_stops_the_moves_the_old_set_is_as_it_was(tmp_path, monkeypatch, number, error):
    write_set(tmp_path, "old")
    rename, left = commit.rename, number

    def failing_once(source, target):
        nonlocal left
        left -= 1
        if left == -1:
            raise error
        rename(source, target)

    monkeypatch.setattr(commit, "rename", failing_once)
    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)):
        write_set(tmp_path, "new")
    assert read_set(tmp_path) == dict.fromkeys(NAMES, "old")
    assert hidden(tmp_path) == []


def test_where_not_even_the_way_back_is_open_the_message_says_so_and_the_next_run_ends_it(tmp_path, monkeypatch):
    write_set(tmp_path, "old")
    rename, left = commit.rename, 8

    def broken(source, target):
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(commit, "rename", broken)
        with pytest.raises(OutputError, match="written only in part.*the next run on it brings it to its end"):
            write_set(tmp_path, "new")
    with pytest.warns(LeftoverWarning):
        write_set(tmp_path, "next", names=["other.txt"])
    assert set(read_set(tmp_path).values()) == {"new"}


def test_obsolete_files_go_with_the_rest(tmp_path):
    write_set(tmp_path, "old")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_set(tmp_path, "new", names=NAMES[:2], obsolete=NAMES[2:])
    assert read_set(tmp_path) == dict.fromkeys(NAMES[:2], "new")


def test_a_link_inside_the_output_is_not_followed(tmp_path):
    outside, out = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    out.mkdir()
    (out / "labels").symlink_to(outside)
    with pytest.raises(OutputError, match="labels is a link, which is not followed; nothing was written"):
        write_set(out, "new")
    assert list(outside.iterdir()) == []
    assert sorted(path.name for path in out.iterdir()) == ["labels"]


def test_a_file_that_is_a_link_is_replaced_and_what_it_points_to_is_not(tmp_path):
    write_set(tmp_path / "out", "old")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "out" / NAMES[0]).unlink()
    (tmp_path / "out" / NAMES[0]).symlink_to(tmp_path / "precious")
    write_set(tmp_path / "out", "new")
    assert (tmp_path / "precious").read_text() == "precious"
    assert read_set(tmp_path / "out") == dict.fromkeys(NAMES, "new")


def test_a_folder_on_another_disk_is_refused_before_anything_moves(tmp_path, monkeypatch):
    write_set(tmp_path, "old")
    other = os.stat_result((0o040755, 1, 4711, *[0] * 7))
    lstat = type(tmp_path).lstat
    monkeypatch.setattr(type(tmp_path), "lstat", lambda path: other if path.name == "labels" else lstat(path))
    with pytest.raises(OutputError, match="lies on another disk than .*; nothing was written"):
        write_set(tmp_path, "new")
    monkeypatch.undo()
    assert read_set(tmp_path) == dict.fromkeys(NAMES, "old")
