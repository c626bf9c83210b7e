"""A bull's-eye as a table: transmurality by AHA segment."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import InputError, unreadable

COLUMNS = ("segment", "transmurality")
#: Upper ends of the classes of the clinical score 0-4, as shares of the wall's depth.
SCORES = "1 is up to 0.25, 2 up to 0.5, 3 up to 0.75, 4 up to 1"


def read_table(path: str | Path) -> dict[int, float]:
    """A bull's-eye table: rows of segment and transmurality, or any columns under a header that names these two.

    Raises:
        InputError: a file that cannot be read, a header without these columns, or a row that is none.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"the table {path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise unreadable(msg, error) from error
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    named = bool(numbered) and not is_number(numbered[0][1][0])
    places = places_of(numbered.pop(0)[1], path) if named else (0, 1)
    table: dict[int, float] = {}
    for number, row in numbered:
        try:
            segment, value = int(row[places[0]]), float(row[places[1]])
        except (IndexError, ValueError) as error:
            msg = (
                f"line {number} of the table {path} needs segment,transmurality such as 7,0.5; it is {','.join(row)!r}"
            )
            raise InputError(msg) from error
        if len(row) > 2 and not named:
            msg = f"the table {path} has {len(row)} columns; name them in its first line: segment,transmurality"
            raise InputError(msg)
        if segment in table:
            msg = f"line {number} of the table {path} has segment {segment} again; give each segment one row"
            raise InputError(msg)
        table[segment] = value
    return table


def places_of(header: Sequence[str], path: str | Path) -> tuple[int, int]:
    """Where the columns are that count.

    Raises:
        InputError: a header without one of them, or with one of them twice.
    """
    names = [cell.strip().lower() for cell in header]
    for column in COLUMNS:
        if names.count(column) != 1:
            found = ",".join(header)
            msg = f"the table {path} needs a column segment and a column transmurality; its header is {found!r}"
            raise InputError(msg)
    return names.index(COLUMNS[0]), names.index(COLUMNS[1])


def is_number(text: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def check_table(table: Mapping[int, float]) -> dict[int, float]:
    """Transmurality per segment, 0-1, from shares or percent, without the segments that have none.

    Raises:
        InputError: no scar at all, a number that is no segment, or a depth beyond the wall.
    """
    if max(table.values(), default=0) > 1 and set(map(float, table.values())) <= {0.0, 1.0, 2.0, 3.0, 4.0}:
        msg = f"the table looks like the clinical score 0-4; give shares of the wall's depth ({SCORES}), or percent"
        raise InputError(msg)
    scale = 100 if max(table.values(), default=0) > 1 else 1
    depths = {int(segment): float(value) / scale for segment, value in table.items()}
    wrong = {segment: value for segment, value in depths.items() if segment not in SEGMENTS or not 0 <= value <= 1}
    if wrong or not any(depths.values()):
        what = f"got {wrong}" if wrong else "all are 0" if depths else "it is empty"
        msg = f"the table needs AHA segments 1-17 with a transmurality of 0-1 or 0-100 %, some above 0; {what}"
        raise InputError(msg)
    return {segment: value for segment, value in depths.items() if value}
