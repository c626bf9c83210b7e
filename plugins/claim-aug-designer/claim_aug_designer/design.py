"""What a person asks for in the page: where scar goes, how much, and what paints it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.errors import InputError
from claim_aug_designer.display import Display

#: AHA segments.
SEGMENTS = range(1, 18)


@dataclass(frozen=True)
class Design:
    """One request for a scar.

    Attributes:
        prior: name of the prior, with its argument if it has one.
        generator: name of the generator, with its argument if it has one.
        existing: treatment of scar that the scan has: ``"keep"``, ``"replace"`` or ``"refuse"``.
        seed: seed of the run, from 0.
        options: options of prior and generator by name.
        table: transmurality by AHA segment, 0.05-1; empty where none was given.
        painted: mask that was painted, (I, J, K) of the scan's grid; ``None`` where none was.
    """

    prior: str = "smile"
    generator: str = "signal"
    existing: str = "keep"
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[int, float] = field(default_factory=dict)
    painted: NDArray[np.bool_] | None = None

    @classmethod
    def from_json(cls, given: Any, display: Display) -> Design:
        """The request that a page sent.

        Raises:
            InputError: a request that is none; what is wrong is named.
        """
        if not isinstance(given, dict) or not given.keys() <= {one.name for one in fields(cls)}:
            msg = f"a design needs {', '.join(one.name for one in fields(cls))}, got {shortened(given)}"
            raise InputError(msg)
        for name, kind in (("prior", str), ("generator", str), ("existing", str), ("seed", int), ("options", dict)):
            if name in given and (not isinstance(given[name], kind) or isinstance(given[name], bool)):
                msg = f"{name} of a design needs to be {kind.__name__}, got {shortened(given[name])}"
                raise InputError(msg)
        if given.get("seed", 0) < 0:
            msg = f"seed of a design needs to be 0 or more, got {given['seed']}"
            raise InputError(msg)
        options = {name: value for name, value in given.get("options", {}).items() if value is not None}
        table, painted = read_table(given.get("table") or {}), read_painted(given.get("painted"), display)
        made = cls(**given | {"options": options, "table": table, "painted": painted})
        if ((table or painted is not None) and made.prior != "manual") or (table and painted is not None):
            msg = "depths by segment and painted scar are prior manual's, and one of the two at a time"
            raise InputError(msg)
        return made

    def parameters(self) -> dict[str, Any]:
        """Parameters of prior and generator by name, as ``ScarSynthesizer`` takes them."""
        placed = {"table": dict(self.table)} if self.table else {}
        placed |= {} if self.painted is None else {"mask": self.painted}
        return {**self.options, **placed}


def shortened(value: Any) -> str:
    """A value in an error, however long it is."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def read_table(given: Any) -> dict[int, float]:
    """Transmurality by segment.

    Raises:
        InputError: something else.
    """
    try:
        table = {int(segment): round(float(depth), 4) for segment, depth in dict(given).items()}
    except (TypeError, ValueError) as error:
        msg = f"table of a design needs depths by AHA segment such as {{7: 0.5}}, got {shortened(given)}"
        raise InputError(msg) from error
    wrong = [f"{segment}: {depth}" for segment, depth in table.items() if segment not in SEGMENTS or not 0 < depth <= 1]
    if wrong:
        msg = f"table of a design needs AHA segments 1-17 and depths above 0 and up to 1, got {', '.join(wrong[:3])}"
        raise InputError(msg)
    return dict(sorted(table.items()))


def read_painted(given: Any, display: Display) -> NDArray[np.bool_] | None:
    """The painted mask in the scan's grid, from bits of the display stack in base64; ``None`` where nothing is painted.

    Raises:
        InputError: text that is no such mask.
    """
    if given is None:
        return None
    shape = display.stack(np.empty(display.anatomy.grid_shape, bool)).shape
    try:
        bits = np.frombuffer(base64.b64decode(given, validate=True), np.uint8)
        flat = np.unpackbits(bits, count=int(np.prod(shape)), bitorder="little")
    except (TypeError, ValueError, binascii.Error) as error:
        msg = "painted of a design needs the bits of the display in base64"
        raise InputError(msg) from error
    if bits.size != -(-flat.size // 8):
        msg = f"painted of a design needs {-(-flat.size // 8)} bytes for this scan, got {bits.size}"
        raise InputError(msg)
    return display.volume(flat.reshape(shape).astype(bool)) if flat.any() else None
