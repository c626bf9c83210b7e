"""The log of a training as a CSV file that is replaced whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from claim_aug.errors import ClaimAugError, OutputError

#: Of the log: the loss is a mean since the line before.
COLUMNS = ("step", "loss", "validation", "lr")


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """A log or a picture that cannot be written ends a training with an error of ours."""
    try:
        yield
    except ClaimAugError:
        raise  # says already what went wrong
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}; the checkpoint before it is as it was"
        raise OutputError(msg) from error


def read_log(path: Path, step: int) -> list[tuple[Any, ...]]:
    """The log's lines up to a step."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [tuple(row.values()) for row in csv.DictReader(file) if int(row["step"]) <= step]


def write_log(path: Path, rows: list[tuple[Any, ...]], columns: tuple[str, ...] = COLUMNS) -> None:
    """A line for each row; the first column is the step."""
    temporary = path.with_suffix(".writing")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    temporary.replace(path)
