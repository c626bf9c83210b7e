"""What each value of a label map means, for the public data sets and for your own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.errors import LabelError, PluginError
from claim_aug.plugins.loader import load_plugins

Mask = NDArray[np.bool_]
TISSUES = ("background", "cavity", "myocardium", "infarct", "mvo", "rv")


@dataclass(frozen=True)
class Tissues:
    """Boolean masks, all of one shape. ``wall`` is the whole LV myocardium: healthy, infarct and MVO."""

    cavity: Mask
    wall: Mask
    infarct: Mask
    mvo: Mask
    rv: Mask

    @property
    def scar(self) -> Mask:
        """Infarct and MVO: MVO is counted as infarct."""
        return self.infarct | self.mvo


@dataclass(frozen=True)
class LabelScheme:
    """The label values of each tissue. Where a tissue has several, the first is the one that is written.

    A scheme without ``mvo`` writes MVO as infarct, because MVO counts as infarct.

    Attributes:
        name: name of the scheme.
        cavity, myocardium, infarct, mvo, rv, background: label values of each tissue, whole numbers; empty where a
            scheme does not label it.

    Example:
        >>> from claim_aug import LabelScheme
        >>> scheme = LabelScheme.parse("cavity=1,myocardium=2+7,infarct=3")
        >>> scheme.myocardium
        (2, 7)
    """

    name: str
    cavity: tuple[int, ...]
    myocardium: tuple[int, ...]
    infarct: tuple[int, ...] = ()
    mvo: tuple[int, ...] = ()
    rv: tuple[int, ...] = ()
    background: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        self.require("cavity", "myocardium")
        doubles = sorted({value for value in self.values if self.values.count(value) > 1})
        if doubles:
            msg = f"label scheme {self.name!r} gives the value {doubles[0]} to more than one tissue"
            raise LabelError(msg)

    def require(self, *tissues: str) -> LabelScheme:
        """The scheme itself, refused where it gives no value for one of the tissues.

        Raises:
            LabelError: a tissue without a value.
        """
        for tissue in tissues:
            if not getattr(self, tissue):
                msg = f"label scheme {self.name!r} gives no value for {tissue}; add {tissue}=VALUE"
                raise LabelError(msg)
        return self

    @property
    def values(self) -> list[int]:
        """Every value this scheme knows, in the order of the tissues."""
        return [value for tissue in TISSUES for value in getattr(self, tissue)]

    @property
    def source_text(self) -> str:
        """The text that ``parse`` reads as this scheme: its name where that is known, else its values."""
        if SCHEMES.get(self.name) == self:
            return self.name
        return str(self).partition(": ")[2].replace(", ", ",")

    def __str__(self) -> str:
        parts = (f"{tissue}={'+'.join(map(str, getattr(self, tissue)))}" for tissue in TISSUES if getattr(self, tissue))
        return f"{self.name}: {', '.join(parts)}"

    @classmethod
    def parse(cls, text: str | LabelScheme | Mapping[str, Any]) -> LabelScheme:
        """A scheme by its name, or from ``cavity=1,myocardium=200+1220,infarct=3``, or the same as a dictionary.

        Raises:
            LabelError: an unknown name or tissue, a value that is no whole number, or a tissue missing or doubled.
        """
        if isinstance(text, LabelScheme):
            return text
        if isinstance(text, Mapping):
            several = {
                name: value if isinstance(value, (list, tuple, set)) else [value] for name, value in text.items()
            }
            text = ",".join(f"{name}={'+'.join(map(str, values))}" for name, values in several.items())
        if not isinstance(text, str):
            msg = f"labels need a LabelScheme or text such as emidec or cavity=1,myocardium=2,infarct=3, got {text!r}"
            raise LabelError(msg)
        if "=" not in text:
            return SCHEMES.get(text.lower()) or scheme_of_plugin(text)
        given: dict[str, tuple[int, ...]] = {}
        for part in text.split(","):
            tissue, _, values = (piece.strip() for piece in part.partition("="))
            if tissue not in TISSUES:
                msg = f"unknown tissue {tissue!r} in labels {text!r}; known: {', '.join(TISSUES)}"
                raise LabelError(msg)
            try:
                given[tissue] = tuple(int(value) for value in values.split("+"))
            except ValueError:
                msg = (
                    f"labels {text!r}: {tissue} needs whole numbers such as {tissue}=2 or {tissue}=2+7, got {values!r}"
                )
                raise LabelError(msg) from None
        return cls("custom", **({"cavity": (), "myocardium": ()} | given))

    def read(self, labels: ArrayLike) -> Tissues:
        """The tissue masks of a label map of any shape.

        Raises:
            LabelError: a value that is not whole or not in the scheme; the values found and those of the scheme are
                named.
        """
        whole = whole_numbers(labels)
        masks = {tissue: among(whole, getattr(self, tissue)) for tissue in TISSUES}
        # A voxel is of one tissue at most, so counting tells of values that are of none.
        if sum(map(np.count_nonzero, masks.values())) < whole.size:
            found = present_values(whole)
            fitting = fitting_schemes(found)
            hint = f"; these schemes would fit: {', '.join(fitting)}" if fitting else ""
            shown = f"{found}" if len(found) <= 16 else f"{str(found[:8])[:-1]}, ...] ({len(found)} of them)"
            if len(found) > 16:
                hint = "; is this an image, not a label map?"
            msg = f"the label map holds the values {shown}, but the scheme is {self}{hint}"
            raise LabelError(msg)
        wall = masks.pop("myocardium") | masks["infarct"] | masks["mvo"]
        del masks["background"]
        return Tissues(wall=wall, **masks)

    def write(self, labels: NDArray[np.generic], *, healed: Mask, infarct: Mask, mvo: Mask) -> NDArray[np.generic]:
        """A copy of ``labels``, in its own dtype, with healed scar as myocardium and new scar drawn over it.

        Raises:
            LabelError: a value of the scheme that the dtype of ``labels`` cannot hold.
        """
        written = labels.copy()
        mvo_values = self.mvo or self.infarct
        for mask, value in ((healed, self.myocardium[0]), (infarct, self.infarct[0]), (mvo, mvo_values[0])):
            if int(np.asarray(value).astype(labels.dtype)) != value:
                msg = f"labels of dtype {labels.dtype} cannot hold the value {value}; convert them to int16 first"
                raise LabelError(msg)
            written[mask] = value
        return written


def fitting_schemes(found: Iterable[int]) -> list[str]:
    """Names of the schemes that know every value found in a label map."""
    return [name for name, scheme in SCHEMES.items() if set(found) <= set(scheme.values)]


def among(labels: NDArray[np.integer[Any]], values: tuple[int, ...]) -> Mask:
    """Where the labels have one of a few values; much quicker than a search."""
    found = np.zeros(labels.shape, np.bool_)
    for value in values:
        found |= labels == value
    return found


def whole_numbers(labels: ArrayLike) -> NDArray[np.integer[Any]]:
    """Labels as whole numbers of at most 32 bits, refusing anything that is none."""
    array = np.asarray(labels)
    if array.dtype.kind in "iu" and array.dtype.itemsize < 4:
        return array  # as they are: comparing small numbers is quicker
    if array.dtype.kind in "iuf" and array.size:
        check_range(array)
    if array.dtype.kind in "iub":
        return array.astype(np.int32)
    if array.dtype.kind != "f":
        msg = f"the label map needs whole numbers, it holds {array.dtype}"
        raise LabelError(msg)
    odd = array[~np.isfinite(array) | (np.rint(array) != array)]
    if odd.size:
        msg = (
            f"the label map holds {odd.size} values that are not whole numbers, such as {float(odd.flat[0])}; "
            "round them (numpy.rint) if they are rounding noise, resample labels with nearest neighbour if not"
        )
        raise LabelError(msg)
    return array.astype(np.int32)


def check_range(labels: NDArray[Any]) -> None:
    """Refuse values that are too large for labels: cut to 32 bits, 2^32 + 2 would pass for 2."""
    finite = labels[np.isfinite(labels)] if labels.dtype.kind == "f" else labels
    for value in (finite.min(), finite.max()) if finite.size else ():
        if not -(2**31) <= value < 2**31:
            msg = f"the label map holds the value {value:.0f}, which is no label; is this an image, not a label map?"
            raise LabelError(msg)


def scheme_of_plugin(name: str) -> LabelScheme:
    """The label scheme that a plugin registered under a name.

    Raises:
        LabelError: an unknown name.
        PluginError: what is no label scheme.
    """
    entries = load_plugins().schemes.entries
    entry = entries.get(name) or entries.get(name.lower())
    if entry is None:
        msg = (
            f"unknown label scheme {name!r}; known: {', '.join(entries)}; "
            "or give your own, such as cavity=1,myocardium=2,infarct=3"
        )
        raise LabelError(msg)
    found = entry.resolve()
    if isinstance(found, Mapping) and entry.name in found:
        found = found[entry.name]
    try:
        return replace(LabelScheme.parse(found), name=entry.name)
    except LabelError as error:
        msg = f"label scheme {entry.source} cannot be used: {error}"
        raise PluginError(msg) from error


def present_values(labels: NDArray[np.integer[Any]]) -> list[int]:
    """The distinct values, ascending."""
    if labels.size and labels.min() >= 0 and labels.max() < 65536:
        return [int(value) for value in np.flatnonzero(np.bincount(labels.ravel()))]
    return [int(value) for value in np.unique(labels)]


#: Values as published with each data set. ACDC, M&Ms and MS-CMRSeg label no scar: the values written for it are ours.
SCHEMES: dict[str, LabelScheme] = {
    scheme.name: scheme
    for scheme in (
        LabelScheme("emidec", cavity=(1,), myocardium=(2,), infarct=(3,), mvo=(4,)),
        LabelScheme("phantom", cavity=(1,), myocardium=(2,), infarct=(3,), mvo=(4,), rv=(5,)),
        LabelScheme("acdc", cavity=(3,), myocardium=(2,), infarct=(4,), mvo=(5,), rv=(1,)),
        LabelScheme("mnms", cavity=(1,), myocardium=(2,), infarct=(4,), mvo=(5,), rv=(3,)),
        LabelScheme("myops", cavity=(500,), myocardium=(200, 1220), infarct=(2221,), rv=(600,)),
        LabelScheme("mscmrseg", cavity=(500,), myocardium=(200,), infarct=(2221,), rv=(600,)),
    )
}
