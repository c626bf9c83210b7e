"""All or nothing: results appear in the output folder together, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from claim_aug.data.claim import claimed, unwritable
from claim_aug.data.commit import JOURNAL, Commit, begin
from claim_aug.data.runs import hidden_name
from claim_aug.errors import OutputError


@contextlib.contextmanager
def staged(out: Path, obsolete: Iterable[Path] = (), *, name: str = "") -> Iterator[Path]:
    """A hidden folder inside ``out`` whose files move to ``out`` when the block ends well, and obsolete ones go.

    Whatever goes wrong, the hidden folder goes, and so do folders that were made for it and hold nothing. What a run
    that was killed left is cleared away first.

    Args:
        out: folder to write to.
        obsolete: files in it that go.
        name: name of the one file that is written; then other runs may write other files to ``out`` meanwhile.

    Raises:
        OutputError: a folder that cannot be written or that another run has claimed, or a full disk.
    """
    with claimed(out, name):
        hidden = out / hidden_name(name)
        made: list[Path] = []
        try:
            stage = begin(hidden)
            yield stage
            files = sorted(str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_file())
            made = [folder for file in files for folder in (out / file).parents if not folder.exists()]
            Commit(out, hidden, tuple(files), tuple(str(path.relative_to(out)) for path in obsolete)).carry_out()
        except OSError as error:
            raise unwritable(out, error) from error
        finally:
            if not (hidden / JOURNAL).exists():
                shutil.rmtree(hidden, ignore_errors=True)
            for folder in sorted(set(made), key=lambda folder: -len(folder.parts)):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def refuse_existing(out: Path, names: Iterable[str]) -> None:
    """Raise where one of the files is already there.

    Raises:
        OutputError: a file that exists; it is named, with what to do.
    """
    taken = [name for name in names if os.path.lexists(out / name)]
    if taken:
        also = f" ({len(taken)} such files)" if len(taken) > 1 else ""
        msg = f"{out / taken[0]} exists already{also}; choose another name or add --overwrite"
        raise OutputError(msg)
