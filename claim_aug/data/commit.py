"""Files that take their places together: no run, however it ends, leaves a file of one set beside one of another.

A journal says what is to move. Then everything that will be replaced goes, and only then what is new comes. Cut off in
between, some files are missing, but those that are there are of one set; and the next run finds the journal and brings
it to its end.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from claim_aug.data.runs import described, hidden_name, this_run
from claim_aug.errors import LeftoverWarning, OutputError

JOURNAL, RUN = "journal.json", "run.json"
NEW, OLD = "new", "old"


@dataclass(frozen=True)
class Commit:
    """A set of files on their way into a folder.

    Attributes:
        out: folder that they go to.
        hidden: hidden folder inside it: what is new, what was there before, and the journal.
        files: paths of what is new, relative to both folders.
        obsolete: paths of what goes without anything in its place, relative to ``out``.
    """

    out: Path
    hidden: Path
    files: tuple[str, ...]
    obsolete: tuple[str, ...] = ()

    def carry_out(self) -> None:
        """Move everything; where that fails, everything is as it was.

        Raises:
            OutputError: a link or another disk in the way, or files that could be moved neither on nor back.
            OSError: anything else that the system refuses.
        """
        check_places(self.out, self.files)
        if len(self.files) == 1 and not self.obsolete:
            rename(self.hidden / NEW / self.files[0], self.out / self.files[0])  # one step, whole by itself
            return
        text = json.dumps({"files": self.files, "obsolete": self.obsolete})
        write_whole(self.hidden / JOURNAL, text)
        try:
            self.move()
        except BaseException as error:
            try:
                self.undo()
            except OSError as again:
                msg = f"{self.out} could be written only in part ({again}); the next run on it brings it to its end"
                raise OutputError(msg) from error
            raise
        (self.hidden / JOURNAL).unlink()

    def move(self) -> None:
        """Take away what was there, then put in place what is new; goes on from wherever it was cut off."""
        waiting = [name for name in self.files if os.path.lexists(self.hidden / NEW / name)]
        for name in (*waiting, *self.obsolete):
            if os.path.lexists(self.out / name):
                rename(self.out / name, self.hidden / OLD / name)
        for name in waiting:
            rename(self.hidden / NEW / name, self.out / name)

    def undo(self) -> None:
        """Take back what is new, then put back what was there."""
        for name in self.files:
            if not os.path.lexists(self.hidden / NEW / name):
                rename(self.out / name, self.hidden / NEW / name)
        for name in (*self.files, *self.obsolete):
            if os.path.lexists(self.hidden / OLD / name):
                rename(self.hidden / OLD / name, self.out / name)
        (self.hidden / JOURNAL).unlink()


def check_places(out: Path, files: Iterable[str]) -> None:
    """Refuse a place that cannot be moved to in one step: beyond a link, on another disk, or a folder.

    Raises:
        OutputError: such a place, with what is in the way.
    """
    disk = out.stat().st_dev
    for folder in sorted({parent for name in files for parent in Path(name).parents[:-1]}):
        if not os.path.lexists(out / folder):
            continue
        found = (out / folder).lstat()
        if stat.S_ISLNK(found.st_mode):
            msg = f"{out / folder} is a link, which is not followed; nothing was written. Give the folder itself as OUT"
            raise OutputError(msg)
        if found.st_dev != disk:
            msg = f"{out / folder} lies on another disk than {out}; nothing was written. Give an OUT on one disk"
            raise OutputError(msg)
    for name in files:
        if (out / name).is_dir() and not (out / name).is_symlink():
            msg = f"{out / name} is a folder where a file is to be; nothing was written. Give another OUT"
            raise OutputError(msg)


def recover(out: Path, hidden: Path) -> None:
    """Bring what an earlier run left to its end: its files into their places where all were written, else away.

    Only a run that has claimed ``out`` may do this. What was done is warned of.
    """
    if not os.path.lexists(hidden):
        return
    if hidden.is_symlink() or not hidden.is_dir():
        hidden.unlink()
        return
    who = run_of(hidden)
    journal = hidden / JOURNAL
    if journal.is_file():
        planned = json.loads(journal.read_text(encoding="utf-8"))
        Commit(out, hidden, tuple(planned["files"]), tuple(planned["obsolete"])).move()
        done = "its files were complete and are in their places now"
    else:
        done = "what it left half-written is removed"
    shutil.rmtree(hidden)
    warnings.warn(f"an earlier run on {out} was interrupted ({who}); {done}", LeftoverWarning, stacklevel=5)


def warn_unfinished(folder: Path) -> None:
    """Warn of a folder that is read while what a run writes to it is not whole: it was killed, or still goes on."""
    for hidden in sorted(folder.glob(f"{hidden_name('')}*")):
        of_a_run = hidden.name == hidden_name("") or hidden.name.startswith(hidden_name("shard-"))
        if of_a_run and hidden.is_dir() and not hidden.is_symlink():
            who = run_of(hidden)
            msg = f"{folder} is not whole: a run on it was killed or still goes on ({who}); the same command ends it"
            warnings.warn(msg, LeftoverWarning, stacklevel=3)
            return


def run_of(hidden: Path) -> str:
    """The run that a hidden folder is of, in words."""
    run = hidden / RUN
    return described(run.read_text(encoding="utf-8", errors="replace") if run.is_file() else "")


def begin(hidden: Path) -> Path:
    """Make the hidden folder of a run; returns the folder for what is new."""
    (hidden / NEW).mkdir(parents=True)
    write_whole(hidden / RUN, this_run())
    return hidden / NEW


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_suffix(".writing")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def rename(source: Path, target: Path) -> None:
    """Move a file, into a folder that may be missing yet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
