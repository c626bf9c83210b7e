"""All or nothing: results appear in the output folder together, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from claim_aug.errors import ClaimAugError, OutputError


@contextlib.contextmanager
def staged(out: Path, obsolete: Iterable[Path] = ()) -> Iterator[Path]:
    """A hidden folder inside ``out`` whose files move to ``out`` when the block ends well, and obsolete ones go.

    Whatever goes wrong, the hidden folder goes, and so do folders that were made for it and hold nothing.

    Raises:
        OutputError: a folder that cannot be written, or a full disk.
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    stage: Path | None = None
    moved: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".claim-aug-", dir=out))
        yield stage
        for file in sorted(path for path in stage.rglob("*") if path.is_file()):
            target = out / file.relative_to(stage)
            made += [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = not target.exists()
            file.replace(target)
            moved += [target] * fresh
        for path in obsolete:
            path.unlink(missing_ok=True)
    except ClaimAugError:
        raise  # says already what went wrong
    except OSError as error:
        for target in moved:
            target.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        msg = f"cannot write to {out}: {reason}; nothing was written"
        raise OutputError(msg) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
        for folder in sorted(made, key=lambda folder: -len(folder.parts)):
            with contextlib.suppress(OSError):
                folder.rmdir()


def refuse_existing(out: Path, names: Iterable[str]) -> None:
    """Raise where one of the files is already there.

    Raises:
        OutputError: a file that exists; it is named, with what to do.
    """
    taken = [name for name in names if (out / name).exists()]
    if taken:
        also = f" ({len(taken)} such files)" if len(taken) > 1 else ""
        msg = f"{out / taken[0]} exists already{also}; choose another name or add --overwrite"
        raise OutputError(msg)
