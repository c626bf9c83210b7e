"""JSON from anywhere: only what the standard knows, no deeper than anyone writes, and no more than fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: No JSON that this package writes or reads is larger, bytes.
LARGEST = 64_000_000


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: text that is no JSON, is nested too deeply, or holds NaN or an infinity, which JSON does not have.
    """

    def refuse(constant: str) -> None:
        msg = f"it holds {constant}, which is no number"
        raise ValueError(msg)

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        msg = "it is nested too deeply"
        raise ValueError(msg) from None


def read_json(path: str | Path) -> Any:
    """The value of a JSON file.

    Raises:
        OSError: a file that cannot be read.
        ValueError: a file that is no such JSON, is not UTF-8, or is too large to be one.
    """
    path = Path(path)
    if path.stat().st_size > LARGEST:
        msg = f"it has more than {LARGEST // 1_000_000} MB"
        raise ValueError(msg)
    return parse_json(path.read_bytes().decode("utf-8-sig"))
