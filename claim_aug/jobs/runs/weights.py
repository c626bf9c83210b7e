"""What a generator's samples rest on besides its options: its weights, and under which licence they were made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from claim_aug.data.provenance import sha256

#: How the card of a model names the licence of what it learnt from.
LICENCE = re.compile(r"^\| licence of the data \| (.*) \|$", re.MULTILINE)


@runtime_checkable
class HasModel(Protocol):
    """A generator that reads a model.

    Attributes:
        model: path of the model's folder.
    """

    model: str


def weights_of(generator: object) -> dict[str, Any] | None:
    """Name, hash and licence of a generator's weights, as rows have them; ``None`` of one that has none."""
    if not isinstance(generator, HasModel):
        return None
    folder = Path(generator.model)
    card = folder / "README.md"
    found = LICENCE.search(card.read_text(encoding="utf-8")) if card.is_file() else None
    hashes = {path.name: sha256(path) for path in sorted(folder.glob("*.safetensors"))}
    return {"model": folder.name, "sha256": hashes, "licence": found[1] if found else "not stated"}
