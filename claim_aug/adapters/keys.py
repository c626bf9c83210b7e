"""Which entries of a sample are the image, the label map, and what is written beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claim_aug.adapters.scan import Written
from claim_aug.errors import InputError

#: Names under which a dictionary's image and label map are looked for, in this order.
IMAGE_KEYS = ("image", "img", "lge")
LABEL_KEYS = ("label", "labels", "mask", "seg", "segmentation")
INTEGRATIONS = "the transforms in claim_aug.integrations take other names"

OUTPUTS = ("mask", "parameters")
UNUSABLE = ("raise", "keep")


@dataclass(frozen=True)
class Keys:
    """Names of entries, and what happens where they can hold no scar.

    Attributes:
        image, label: names of the image and of the label map.
        out: names of further entries by content, ``"mask"`` and ``"parameters"``; empty where none is asked for.
        unusable: treatment of a subject that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.

    Raises:
        InputError: a setting that does not exist.
    """

    image: str
    label: str
    out: Mapping[str, str] = field(default_factory=dict)
    unusable: str = "raise"

    def __post_init__(self) -> None:
        if self.unusable not in UNUSABLE:
            msg = f"unusable needs to be one of {', '.join(UNUSABLE)}, got {self.unusable!r}"
            raise InputError(msg)
        if not isinstance(self.out, Mapping) or not set(self.out) <= set(OUTPUTS):
            msg = f"out_keys needs names for {' or '.join(OUTPUTS)}, such as {{'mask': 'new_scar'}}, got {self.out!r}"
            raise InputError(msg)

    def fetch(self, data: Mapping[str, Any]) -> tuple[Any, Any]:
        """Image and label map of a sample.

        Raises:
            InputError: a sample without one of the two entries.
        """
        return fetch(data, self.image, "image_key= (keys= in MONAI)"), fetch(data, self.label, "label_key=")

    def beside(self, written: Written) -> dict[str, Any]:
        """What was asked for beside image and labels, under the names it was asked for."""
        return {name: getattr(written, what) for what, name in self.out.items()}


def fetch(data: Mapping[str, Any], key: str, role: str) -> Any:
    """The value of a key; ``role`` is the parameter that names it."""
    if key not in data:
        msg = f"the sample has no {key!r}, it has {listed(data)}; name the right entry with {role}"
        raise InputError(msg)
    return data[key]


def first_of(data: Mapping[str, Any], keys: tuple[str, ...], what: str, advice: str = INTEGRATIONS) -> str:
    """The first of the keys that is there."""
    for key in keys:
        if key in data:
            return key
    msg = f"the sample needs {what} under one of {listed(keys)}, it has {listed(data)}; {advice}"
    raise InputError(msg)


def check_probability(p: float) -> float:
    """Refuse what is no probability.

    Raises:
        InputError: a number outside 0-1.
    """
    if not 0 <= p <= 1:
        msg = f"the probability needs to be within 0-1, got {p}"
        raise InputError(msg)
    return float(p)


def listed(keys: Iterable[Any]) -> str:
    """Keys for a message."""
    return ", ".join(repr(key) for key in keys) or "nothing"
