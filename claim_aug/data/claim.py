"""One run at a time on one output: the second is refused, and told which run is there."""

from __future__ import annotations

import contextlib
import errno
import inspect
import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, TextIO, TypeVar

from claim_aug.data.commit import recover
from claim_aug.data.runs import described, hidden_name, this_run
from claim_aug.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows: two runs on one output are not told apart there
    fcntl = None  # type: ignore[assignment]

Job = TypeVar("Job", bound=Callable[..., Any])

#: What file systems without locks answer, some of a network among them: there runs are not told apart.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
#: What this process has claimed, and may use again.
HELD: set[Path] = set()


@contextlib.contextmanager
def claimed(out: Path, name: str = "", *, shared: bool = False) -> Iterator[None]:
    """Claim a folder, or one file in it, for the time of the block; what this process has already stays its own.

    The claim is a lock of the operating system on a hidden file, so it ends with the process, however that ends. What
    a run that was killed left is brought to its end first. Folders that are made and hold nothing in the end go again.

    Args:
        out: folder to write to.
        name: name of the file in it, where others may be written meanwhile; ``""`` for the whole folder.
        shared: whether others may share the claim, who say so, too; then nothing is brought to an end.

    Raises:
        OutputError: an output that another run has claimed, or a folder that cannot be written.
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        try:
            out.mkdir(parents=True, exist_ok=True)
            path = out.resolve() / hidden_name(name, ".lock")
            lock = None if path in HELD else take(path, out / name if name else out, shared=shared)
        except OSError as error:
            raise unwritable(out, error) from error
        if lock is None:
            yield
            return
        HELD.add(path)
        try:
            if not shared:
                recover(out, out / hidden_name(name))
            yield
        finally:
            HELD.discard(path)
            with contextlib.suppress(OSError):
                lock_file(lock.fileno(), wait=False)  # whoever shares the claim still needs the file
                path.unlink()
            lock.close()
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def lock_file(handle: int, *, shared: bool = False, wait: bool = True) -> None:
    """Lock an open file until it is closed; where the file system has no locks, nothing happens.

    Raises:
        BlockingIOError: a file that another process has locked, where it is not waited for.
        OSError: anything else that the system refuses.
    """
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise


def take(path: Path, what: Path, *, shared: bool) -> TextIO:
    """The locked file, in which this run is described.

    Raises:
        OutputError: a file that another run has locked.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        stream = os.fdopen(handle, "r+", encoding="utf-8", errors="replace")
        try:
            lock_file(handle, shared=shared, wait=False)
        except BlockingIOError as error:
            holder = described(stream.read())
            stream.close()
            msg = f"{what} is in use by another run ({holder}); wait until it ends, or give another output"
            raise OutputError(msg) from error
        except OSError:
            stream.close()
            raise
        if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            stream.truncate()
            stream.write(this_run())
            stream.flush()
            return stream
        stream.close()  # the run before removed its lock at this very moment


def unwritable(out: Path, error: OSError) -> OutputError:
    """The error of an output that could not be written, and is as it was before."""
    if isinstance(error, OutputError):
        return error  # says already what went wrong
    return OutputError(f"cannot write to {out}: {error.strerror or error}; nothing was written")


def claims_out(job: Job) -> Job:
    """Decorator of a job with a parameter ``out``, a folder: no other run writes there until it ends."""
    signature = inspect.signature(job)

    @wraps(job)
    def alone(*args: Any, **options: Any) -> Any:
        with claimed(Path(signature.bind(*args, **options).arguments["out"])):
            return job(*args, **options)

    return alone  # type: ignore[return-value]
