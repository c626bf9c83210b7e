"""One reader and one writer for the files that this package makes: banks, pools, models, segmenters, training states.

Each is a safetensors file whose metadata has one entry, a JSON object with the version. Nothing in it is ever executed,
and nothing is fetched.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from claim_aug.data.strict_json import parse_json
from claim_aug.errors import ClaimAugError, InputError, MissingFileError

Arrays = dict[str, NDArray[Any]]
#: By name: a NumPy dtype or letters of its kinds, and the shape; sizes with the same name need to be equal.
Layout = Mapping[str, tuple[str, tuple[int | str, ...]]]
Result = TypeVar("Result")

#: Files that can run code when they are loaded.
PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".joblib")


@dataclass(frozen=True)
class ArtifactKind:
    """How one kind of file is told from others, and what is said of one that cannot be used.

    Attributes:
        format: name of the format, key of the entry in the metadata.
        versions: versions that this release reads; the last one is written.
        noun: name of a file of this kind in an error, with its article.
        advice: advice about a file that cannot be used.
    """

    format: str
    versions: tuple[int, ...]
    noun: str
    advice: str

    def pack(self, arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> bytes:
        """The bytes of a file; equal arrays and facts give equal bytes."""
        whole = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in arrays.items()}
        # One entry: safetensors writes several in an order of its own, another one each time.
        return save(whole, {self.format: json.dumps({"version": self.versions[-1], **about})})

    @contextmanager
    def opened(self, path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
        """What a file says of itself, and the open file, mapped into memory.

        Raises:
            InputError: a file that is missing, a pickle, truncated, of another kind or of a version that is not read.
        """
        if path.suffix.lower() in PICKLES:
            msg = f"{path} is a pickle, which can run code when it is loaded, and is refused; {self.advice}"
            raise InputError(msg)
        try:
            with safe_open(path, framework="numpy") as file:
                yield self.about(path, file.metadata() or {}), file
        except ClaimAugError:
            raise  # says already what went wrong
        except FileNotFoundError as error:
            msg = f"{path} cannot be read: {error.strerror or 'No such file or directory'}; {self.advice}"
            raise MissingFileError(msg) from error
        except (OSError, SafetensorError) as error:
            msg = f"{path} cannot be read as {self.noun}; is it truncated or another format? {self.advice}"
            raise InputError(msg) from error

    def about(self, path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
        """The entry of a file's metadata.

        Raises:
            InputError: metadata without an entry of this kind, or with one of another version.
        """
        if metadata.get("format") == self.format and 1 in self.versions:
            return {"version": 1}  # as the first version said it
        try:
            found = dict(parse_json(metadata[self.format]))
        except (KeyError, ValueError, TypeError) as error:
            raise self.refusal(path, "it is a safetensors file of something else") from error
        version = found.get("version")
        if version not in self.versions:
            known = " or ".join(map(str, self.versions))
            raise self.refusal(path, f"it has format version {version}, this release reads version {known}")
        return found

    def read(self, path: str | Path, layout: Layout | None = None) -> tuple[dict[str, Any], Arrays]:
        """What a file says of itself, and all its arrays.

        Args:
            layout: arrays that the file needs to have, and no others; by default any.

        Raises:
            InputError: a file that ``opened`` refuses, or arrays that do not fit the layout or are not finite.
        """
        with self.opened(Path(path)) as (about, file):
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        wrong = None if layout is None else misfit(arrays, layout)
        if wrong:
            raise self.refusal(path, wrong)
        return about, arrays

    def refusal(self, path: str | Path, reason: str) -> InputError:
        """The error for a file that cannot be used."""
        return InputError(f"{path} cannot be used as {self.noun}: {reason}; {self.advice}")


def misfit(arrays: Arrays, layout: Layout) -> str | None:
    """Where arrays do not fit a layout or hold what is not finite; ``None`` where they fit."""
    for name in sorted(layout.keys() ^ arrays.keys()):
        return f"{name} is {'missing' if name in layout else 'not part of it'}"
    sizes: dict[str, int] = {}
    for name, (kind, shape) in layout.items():
        array = arrays[name]
        if array.ndim == len(shape):
            for size, found in zip(shape, array.shape, strict=True):
                if isinstance(size, str):
                    sizes.setdefault(size, found)
        needed = tuple(sizes.get(size, -1) if isinstance(size, str) else size for size in shape)
        if not (array.dtype.kind in kind if len(kind) < 4 else array.dtype == kind) or array.shape != needed:
            numbers = {"f": "floats", "iuf": "numbers"}.get(kind, kind)
            return f"{name} needs to be {numbers} of shape {needed}, it is {array.dtype} of {array.shape}"
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return f"{name} holds values that are NaN or infinite"
    return None


def read_once(
    maxsize: int, files: Callable[[Path], tuple[Path, ...]] = lambda path: (path,)
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Decorator of a function of a path: what it gives is kept, and read again when one of its files has changed.

    Args:
        maxsize: number of results that a process keeps.
        files: function from the path to the files and folders whose times of change and sizes tell.
    """

    def decorate(read: Callable[..., Result]) -> Callable[..., Result]:
        kept = functools.lru_cache(maxsize)(lambda key, path, *more: read(path, *more))

        @functools.wraps(read)
        def again(path: str | Path, *more: Any) -> Result:
            try:
                states = [file.stat() for file in files(Path(path))]
            except OSError:
                return read(Path(path), *more)  # it says what is missing
            key = (Path(path).absolute(), *((state.st_mtime_ns, state.st_size) for state in states))
            return kept(key, Path(path), *more)

        return again

    return decorate
