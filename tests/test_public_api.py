"""The public interface changes on purpose alone."""

import re
from pathlib import Path

from public_interface import interface

from claim_aug import __version__

ROOT = Path(__file__).parents[1]


def test_the_public_interface_is_the_one_that_is_written_down():
    """Where the change is meant: ``python tests/helpers/public_interface.py > tests/public_api.txt``, and a line in
    CHANGELOG.md."""
    assert sorted(set(interface())) == (ROOT / "tests" / "public_api.txt").read_text("utf-8").splitlines()


def test_the_changelog_begins_with_this_version_and_the_citation_is_of_it():
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == __version__
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
