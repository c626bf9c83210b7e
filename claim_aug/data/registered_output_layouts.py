"""Output layouts by name, those of plugins among them: what they may give, and what comes of what they raise."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy.labels import LabelScheme
from claim_aug.data.case import Case
from claim_aug.data.claim import unwritable
from claim_aug.data.runs import HIDDEN
from claim_aug.data.sample_files import OutputLayout, SampleFiles, Tables, sample_name, written_suffix
from claim_aug.errors import PluginError
from claim_aug.plugins.guard import naming_whatever_is_raised
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Entry

#: Number of a sample that nobody makes: its files have to be others than those of any sample that is made.
NEVER_MADE = 999_999
#: What the disk refuses, and no layout can help.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def find_output_layout(name: str) -> OutputLayout:
    """An output layout by its name, held to its contract.

    Raises:
        PluginError: an unknown name, or what is no output layout.
    """
    return output_layout_of(load_plugins().output_layouts.get(name))


def output_layout_of(entry: Entry) -> OutputLayout:
    """The output layout that was registered, held to its contract.

    Raises:
        PluginError: what is no output layout, or one whose attributes are of another type.
    """
    layout = entry.resolve()
    if isinstance(layout, GuardedLayout):
        return layout
    if not isinstance(layout, OutputLayout):
        msg = f"output layout {entry.source} cannot be used: it needs an OutputLayout, there is {type(layout).__name__}"
        raise PluginError(msg)
    own = {field.name: getattr(layout, field.name) for field in fields(OutputLayout)}
    for name, value in own.items():
        if type(value) is not type(getattr(OutputLayout, name)):
            msg = f"output layout {entry.source} cannot be used: its {name} cannot be {value!r}"
            raise PluginError(msg)
    return GuardedLayout(**own, layout=layout, who=f"output layout {entry.source}")


@dataclass(frozen=True, kw_only=True)
class GuardedLayout(OutputLayout):
    """An output layout that gives what can be used, or an error that names it.

    Attributes:
        layout: output layout that was registered.
        who: name of it in an error, with its plugin and distribution.
    """

    layout: OutputLayout
    who: str

    def files(self, case: Case, name: str, root: Path | None = None, *, sidecar: bool = True) -> SampleFiles:
        """The files of one sample, which no other sample has."""
        with self.held() as broken:
            found = self.layout.files(case, name, root, sidecar=sidecar)
            broken(wrong_files(found, case, sidecar=sidecar))
            other = self.layout.files(case, sample_name(case, NEVER_MADE), root, sidecar=sidecar)
            if shared := set(found.paths) & set(other.paths):
                broken(f"two samples of {case.name} are to be {min(shared)}")
        return found

    def renumber(self, labels: NDArray[Any], scheme: LabelScheme) -> NDArray[Any]:
        """The label map in the numbers of the layout."""
        with self.held() as broken:
            given = labels.view()
            given.flags.writeable = False
            found = self.layout.renumber(given, scheme)
            broken(wrong_labels(found, labels))
        return found

    def finish(self, stage: Path, out: Path, case: Case, scheme: LabelScheme, count: int) -> None:
        """Write what belongs to a case beside its samples; none of their files may go."""
        with self.held() as broken:
            before = set(stage.rglob("*"))
            try:
                self.layout.finish(stage, out, case, scheme, count)
            except OSError as error:
                if error.errno in DISK:
                    raise unwritable(out, error) from error
                raise
            if lost := before - set(stage.rglob("*")):
                broken(f"finish took away {min(lost).relative_to(stage)}")

    def tables(self, real: Mapping[str, str], synthetic: Mapping[str, str], scheme: LabelScheme, ending: str) -> Tables:
        """What is written beside a whole data set."""
        with self.held() as broken:
            found = self.layout.tables(dict(real), dict(synthetic), scheme, ending)
            broken(wrong_tables(found))
        return found

    def missing(self, out: Path) -> str | None:
        """What the data set in ``out`` still lacks."""
        with self.held() as broken:
            found = self.layout.missing(out)
            broken(None if found is None or isinstance(found, str) else f"missing gave {type(found).__name__}")
        return found

    @contextmanager
    def held(self) -> Iterator[Any]:
        """Hand out a function that refuses what is wrong, and name whatever else is raised.

        Raises:
            PluginError: something that is wrong, or whatever the layout raises.
        """

        def broken(wrong: str | None) -> None:
            if wrong:
                msg = f"{self.who} broke its contract: {wrong}; nothing was made of it"
                raise PluginError(msg)

        with naming_whatever_is_raised(self.who):
            yield broken


def wrong_files(found: SampleFiles, case: Case, *, sidecar: bool) -> str | None:
    """How the files of one sample are none that can be written; ``None`` where they can."""
    if not isinstance(found, SampleFiles):
        return f"files gave {type(found).__name__} and not SampleFiles"
    for role, given, sources in (
        ("image", found.images, case.image_paths),
        ("label map", found.labels, case.label_paths),
    ):
        if not isinstance(given, Mapping) or set(given) != set(sources):
            return f"files needs a path for each {role} of {case.name}, by the path of what it is made from"
    if (found.sidecar is None) == sidecar:
        return "files needs a sidecar" if sidecar else "files gave a sidecar where there is none"
    suffixes = [*map(written_suffix, (*found.images, *found.labels)), *([".json"] if sidecar else [])]
    for path, suffix in zip(found.paths, suffixes, strict=True):
        if not isinstance(path, Path) or path.is_absolute() or ".." in path.parts or not path.name:
            return f"files needs paths within the output folder, there is {path!r}"
        if any(part.startswith(HIDDEN) for part in path.parts):
            return f"files gave {path}, whose name is that of what is half-written"
        if not path.name.endswith(suffix) or path.name == suffix:
            return f"files gave {path}, which needs to be a name that ends in {suffix}"
    if len({path.as_posix().casefold() for path in found.paths}) < len(found.paths):
        return f"files gave one path twice, among {', '.join(path.as_posix() for path in found.paths)}"
    return None


def wrong_labels(found: NDArray[Any], labels: NDArray[Any]) -> str | None:
    """How renumbered labels are none; ``None`` where they are."""
    if not isinstance(found, np.ndarray):
        return f"renumber gave {type(found).__name__} and not an array"
    if found.shape != labels.shape or found.dtype != labels.dtype:
        return f"renumber needs {labels.dtype} of {labels.shape}, it gave {found.dtype} of {found.shape}"
    return None


def wrong_tables(found: Tables) -> str | None:
    """How tables are none that can be written; ``None`` where they can."""
    if not isinstance(found, dict):
        return f"tables gave {type(found).__name__} and not a dictionary"
    for name, value in found.items():
        if not isinstance(name, str) or Path(name).name != name or not name.endswith(".json") or name.startswith("."):
            return f"tables needs names of JSON files, there is {name!r}"
        json.dumps(value, allow_nan=False)
    return None
