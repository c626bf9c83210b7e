"""What one server works on: the folders it was given, and the scan that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claim_aug.cli import Orientation
from claim_aug.errors import InputError
from claim_aug_designer.design import Design
from claim_aug_designer.files import VARIED, save, save_series, written_files
from claim_aug_designer.folders import Folders
from claim_aug_designer.measured import show
from claim_aug_designer.scan import Scan
from claim_aug_designer.spelling import command_line, python_lines


@dataclass
class Workspace:
    """The scan that is open; every method is one answer to the page, ready for JSON.

    Attributes:
        folders: folders that may be read and written.
        scan: scan that is open; ``None`` before one is.
    """

    folders: Folders
    scan: Scan | None = None

    def opened(self) -> Scan:
        """The scan that is open.

        Raises:
            InputError: none is.
        """
        if self.scan is None:
            msg = "no scan is open; open an image and its label map first"
            raise InputError(msg)
        return self.scan

    def design(self, given: Any) -> tuple[Scan, Design]:
        """The scan, and the design of a page for it.

        Raises:
            InputError: a design that is none, or that names a file outside the folders.
        """
        scan = self.opened()
        return scan, self.folders.check_design(Design.from_json(given, scan.display))

    def open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Open another scan; the old one stays open where that fails."""
        paths = [self.folders.check_readable(str(asked.get(role, ""))) for role in ("image", "labels")]
        self.scan = Scan.from_files(*paths, str(asked.get("scheme") or "emidec"), Orientation())
        return self.describe()

    def describe(self) -> dict[str, Any]:
        """The scan that is open."""
        return {"scan": None if self.scan is None else self.scan.description}

    def sample(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The scar of a design; nothing is written."""
        scan, design = self.design(asked.get("design"))
        return show(scan, *scan.sample(design))

    def code(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The command line and the Python lines of a design; a mask or a table that they need is written."""
        scan, design = self.design(asked.get("design"))
        files, place = written_files(scan, design, self.folders.out), self.folders.out / self.folders.next_name()
        return {"command": command_line(scan, design, files, place), "python": python_lines(scan, design, files)}

    def save(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Write image, labels and sidecar of a design."""
        scan, design = self.design(asked.get("design"))
        folder = self.folders.check_new(asked.get("folder") or self.folders.next_name())
        save(scan, design, self.folders.out, folder)
        return {"folder": str(self.folders.out / folder), "files": files_below(self.folders.out / folder)}

    def series(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Write a series of scars that a design begins."""
        scan, design = self.design(asked.get("design"))
        kind = asked.get("kind")
        if kind not in VARIED:
            msg = f"a series is one of {', '.join(VARIED)}, got {kind!r}"
            raise InputError(msg)
        folder = self.folders.check_new(asked.get("folder") or self.folders.next_name(kind))
        rows = list(save_series(scan, design, kind, self.folders.out, folder))
        return {"folder": str(self.folders.out / folder), "rows": rows}


def files_below(folder: Path) -> list[str]:
    """All files of a folder by their path in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
