"""The folders that the server was given: nothing else is read, and nothing is written elsewhere."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from claim_aug.errors import InputError
from claim_aug_designer.design import Design

#: Folder within the output folder for scans that came through the page.
UPLOADS = "uploads"
ROLES = ("image", "labels")
#: Files of a scan by the ends of their names.
SUFFIXES = (".nii.gz", ".nii", ".png")
#: Bytes of the disk that uploads leave free.
SPARE = 1 << 30
#: Longest name of a file, in bytes: file systems take 255, and what is written adds to it.
LONGEST = 200


@dataclass(frozen=True)
class Folders:
    """Where files may be read and written.

    Attributes:
        out: folder that results and uploads are written to.
        readable: further folders that files may be read from.
    """

    out: Path
    readable: tuple[Path, ...] = ()

    def check_readable(self, text: str) -> Path:
        """A path that lies in one of the folders, links followed.

        Raises:
            InputError: a path that lies elsewhere.
        """
        folders = (self.out, *self.readable)
        path = Path(text)
        if "\0" in text or not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
            known = ", ".join(map(str, folders))
            msg = f"{text!r} lies outside the folders that this designer was given ({known}); start it with --allow"
            raise InputError(msg)
        return path

    def check_design(self, design: Design) -> Design:
        """The design, if all files that it names may be read.

        Raises:
            InputError: a file that may not.
        """
        arguments = (name.partition(":")[2] for name in (design.prior, design.generator))
        texts = [one for value in design.options.values() for one in texts_in(value)]
        for text in (*filter(None, arguments), *(one for one in texts if names_a_file(one))):
            self.check_readable(text)
        return design

    def check_new(self, name: object) -> str:
        """The name of a folder within ``out`` that is not there yet.

        Raises:
            InputError: a name that would be a path, or one that is taken.
        """
        name = check_name(name)
        if name == UPLOADS or os.path.lexists(self.out / name):
            msg = f"{self.out / name} exists already; choose another name"
            raise InputError(msg)
        return name

    def next_name(self, kind: str = "scar") -> str:
        """The first name such as ``scar001`` after all of its kind that are there."""
        names = [path.name for path in self.out.iterdir()] if self.out.is_dir() else []
        taken = [int(found[1]) for name in names if (found := re.fullmatch(rf"{kind}(\d{{3,}})", name))]
        return f"{kind}{max(taken, default=0) + 1:03d}"

    def upload(self, role: str, name: str, size: int) -> Path:
        """Where a file of so many bytes goes that comes through the page.

        Raises:
            InputError: another role, a name that is none of a scan's, or a disk that would be full.
        """
        if role not in ROLES:
            msg = f"an upload is one of {', '.join(ROLES)}, got {role!r}"
            raise InputError(msg)
        if not check_name(name).lower().endswith(SUFFIXES):
            msg = f"{name} needs to be one of {', '.join(SUFFIXES)}"
            raise InputError(msg)
        there = next(folder for folder in (self.out, *self.out.resolve().parents) if folder.is_dir())
        if shutil.disk_usage(there).free - size < SPARE:
            msg = f"{name} would fill the disk of {self.out}; make room, or start with another --out"
            raise InputError(msg)
        return self.out / UPLOADS / role / name


def check_name(name: object) -> str:
    """The name of a file or a folder that would be no path.

    Raises:
        InputError: no text, or one that is empty, hidden, too long or a path.
    """
    text = name if isinstance(name, str) else ""
    if not text or text.startswith(".") or len(text.encode("utf-8", "replace")) > LONGEST or set(text) & set("/\\\0"):
        msg = f"a name without / is needed that does not begin with a dot, got {name!r:.80}"
        raise InputError(msg)
    return text


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A hidden place beside a file to write to; it becomes the file when the block ends well, and goes else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    try:
        yield hidden
        hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)


def texts_in(value: object) -> list[str]:
    """All texts within a value of JSON."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts_in(part)]


def names_a_file(text: str) -> bool:
    """Whether a text may be meant as a path: it has a separator, or there is such a file."""
    return "/" in text or "\\" in text or "\0" in text or text.startswith((".", "~")) or os.path.lexists(text)


def as_json(text: bytes) -> object:
    """What a page sent.

    Raises:
        InputError: bytes that are no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = "the page sent something that is no JSON"
        raise InputError(msg) from error
