"""Layouts of data sets by name, those of plugins among them: in which order they are tried, and what they may give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from claim_aug.data.case import check_name
from claim_aug.data.pair import Pair
from claim_aug.errors import InputError, PluginError
from claim_aug.plugins.builtin import LAYOUTS
from claim_aug.plugins.guard import naming_whatever_is_raised
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Entry

#: Built-in layouts that take label maps of any name, and so come after those of plugins.
LAST = ("alone", "folders_of_cases")


def registered_layouts() -> Iterator[Entry]:
    """The layouts in the order in which they are looked for: what a data set is known by comes before what any is."""
    entries = load_plugins().layouts.entries
    yield from (entry for name, entry in entries.items() if name in LAYOUTS and name not in LAST)
    yield from (entry for name, entry in entries.items() if name not in LAYOUTS)
    yield from (entries[name] for name in LAST)


def shown_name(entry: Entry) -> str:
    """What people are told of a layout."""
    text = entry.summary or entry.name
    return text if entry.name in LAYOUTS else f"{text}, by plugin {entry.plugin!r}"


def pairs_by(entry: Entry, dataset: Path, channel: str | None) -> list[Pair]:
    """The pairs that a layout finds in a folder; none where the folder has another one.

    Raises:
        PluginError: a layout that fails, or gives what are no pairs of files.
    """
    find = entry.load()
    with naming_whatever_is_raised(f"layout {entry.source}"):
        found = find(dataset, channel)
        pairs = list(found) if isinstance(found, (list, tuple)) else None
        wrong = f"it gave {type(found).__name__} and not a list of Pair" if pairs is None else wrong_pairs(pairs)
    if pairs is None or wrong:
        msg = f"layout {entry.source} broke its contract: {wrong}"
        raise PluginError(msg)
    return pairs


def wrong_pairs(pairs: list[Pair]) -> str | None:
    """How pairs are none that can be used; ``None`` where they can."""
    for pair in pairs:
        if not isinstance(pair, Pair):
            return f"it gave {type(pair).__name__} and not a Pair"
        if not (isinstance(pair.case, str) and isinstance(pair.lacking, str)):
            return "case and lacking of a Pair need to be text"
        for path in (pair.labels, pair.image):
            if not isinstance(path, Path) and (path is not None or path is pair.labels):
                return f"labels and image of a Pair need to be paths, there is {type(path).__name__}"
            if path is not None and not path.is_file():
                return f"there is no file {path}"
        try:
            check_name(pair.case or "case")
        except InputError as error:
            return str(error)
    if len({pair.labels for pair in pairs}) < len(pairs):
        return "it gave a label map twice"
    return None
