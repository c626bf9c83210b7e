"""Label maps with their images, put together to cases: what a case is called, and which files are its slices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from claim_aug.data.case import Case, check_name, stem
from claim_aug.data.pair import Pair
from claim_aug.data.voxels import SUFFIXES
from claim_aug.errors import InputError

SLICE = re.compile(r"(?P<case>.+?)_slice(?P<index>\d+)$")


def beside(labels: Path, folder: Path, channel: int = 0, case: str = "") -> Pair:
    """A label map with the image of the same name in another folder; without one where that folder does not exist."""
    case = case or stem(labels)
    if not folder.is_dir():
        return Pair(labels, None, case)
    suffix = next(suffix for suffix in SUFFIXES if labels.name.lower().endswith(suffix))
    for name in (labels.name, f"{stem(labels)}_{channel:04d}{suffix}"):
        if (folder / name).is_file():
            return Pair(labels, folder / name, case)
    return Pair(labels, None, case, f"{labels} has no image of the same name in {folder}")


def named(pairs: Sequence[Pair]) -> Iterator[tuple[str, Pair]]:
    """Every pair with the name of its case; a slice's number is no part of it."""
    if all(pair.case for pair in pairs):
        names = [pair.case for pair in pairs]
    else:
        names = distinct_names([pair.labels for pair in pairs])
    for name, pair in zip(names, pairs, strict=True):
        found = SLICE.match(pair.case or name)
        yield (found["case"] if found else pair.case or name), pair


def grouped(pairs: Sequence[Pair]) -> list[Case]:
    """Cases by name, the slices of one in the order of their numbers.

    Raises:
        InputError: two stacks of one name.
    """
    files: dict[str, list[Pair]] = defaultdict(list)
    for name, pair in named(pairs):
        files[name].append(pair)
    cases = []
    for name, own in sorted(files.items()):
        numbers = [SLICE.match(pair.case) or SLICE.match(stem(pair.labels)) for pair in own]
        ordered = sorted(
            zip(numbers, own, strict=True), key=lambda both: (int(both[0]["index"]) if both[0] else 0, both[1].labels)
        )
        labels = tuple(pair.labels for _, pair in ordered)
        images = tuple(pair.image for _, pair in ordered if pair.image)
        if len(set(labels)) < len(labels):
            msg = f"{labels[0]} is there twice as a label map of {name}; name each pair once"
            raise InputError(msg)
        cases.append(Case(check_name(name), labels, images))
    return cases


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """A name for each path, of what differs among them: ``a/1/mask.png`` and ``a/2/mask.png`` are ``1`` and ``2``.

    Example:
        >>> distinct_names([Path("site/p1/rest/mask.nii"), Path("site/p2/rest/mask.nii")])
        ['p1', 'p2']
    """
    rows = [(*path.parent.parts, stem(path)) for path in paths]
    width = min(map(len, rows))
    rows = [(*row[: width - 1], "_".join(row[width - 1 :])) for row in rows]
    differing = [column for column in range(width) if len({row[column] for row in rows}) > 1] or [width - 1]
    # What another part repeats, as in sub-01/sub-01_LGE, says nothing more.
    kept = [
        column
        for column in differing
        if not any(
            all(row[column] in row[other] and (row[column] != row[other] or other > column) for row in rows)
            for other in differing
            if other != column
        )
    ]
    return ["_".join(row[column] for column in kept) for row in rows]


def voxels_in(folder: Path) -> list[Path]:
    """The files of a folder that can be read, by name; none where there is no folder."""
    return sorted(path for path in folder.iterdir() if is_voxels(path)) if folder.is_dir() else []


def is_voxels(path: Path) -> bool:
    """Whether a path is a file that can be read, judged by its name."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def by_case(paths: Iterable[Path]) -> list[Case]:
    """Cases of images alone, the slices of one together."""
    return [Case(case.name, (), case.label_paths) for case in grouped([Pair(path, None, stem(path)) for path in paths])]
