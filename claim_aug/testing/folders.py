"""What the suites for layouts share: a folder of their own for each check."""

from __future__ import annotations

import tempfile
from pathlib import Path

from claim_aug.testing.repeatable import RepeatableTests


class FolderTests(RepeatableTests):
    """Checks that need a folder.

    Attributes:
        folder: folder that is empty before each check.
    """

    __test__ = False
    folder: Path

    def setUp(self) -> None:
        """Make the folder, which goes again after the check."""
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)


def tree_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths in it, and what is in them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
