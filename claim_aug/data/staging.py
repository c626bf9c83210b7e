"""All or nothing: results appear in the output folder together, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from claim_aug.errors import OutputError


@contextlib.contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A hidden folder inside ``out`` whose files move to ``out`` when the block ends well.

    Whatever goes wrong, the hidden folder goes, and so do folders that were made for it and hold nothing.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    stage: Path | None = None
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".claim-aug-", dir=out))
        yield stage
        for file in sorted(path for path in stage.rglob("*") if path.is_file()):
            target = out / file.relative_to(stage)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        msg = f"cannot write to {out}: {reason}; nothing was written"
        raise OutputError(msg) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def refuse_existing(out: Path, names: Iterable[str]) -> None:
    """Raise where one of the files is already there.

    Raises:
        OutputError: it is named, with what to do.
    """
    taken = [name for name in names if (out / name).exists()]
    if taken:
        msg = f"{out / taken[0]} exists already ({len(taken)} such files); choose another folder or add --overwrite"
        raise OutputError(msg)
