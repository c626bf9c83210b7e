"""What people read is spelt right, and as the British spell it."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

if importlib.util.find_spec("codespell_lib") is None:
    pytest.skip("spelling is checked with codespell, of the extra docs", allow_module_level=True)

ROOT = Path(__file__).parents[1]
#: What is no prose: blocks and spans of code, targets of links, names of papers and people.
CODE = re.compile(r"^```.*?^```$|`[^`]*`|\]\([^)]*\)|https?://\S+|^>.*?$", re.MULTILINE | re.DOTALL)
#: Words of the field, an abbreviated journal, and names: of our class, of a file, of a term of machine learning.
RIGHT = {"infarction", "reson", "synthesizer", "license", "artifacts"}


def codespell(*arguments, text):
    command = [sys.executable, "-m", "codespell_lib", *arguments, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300).stdout


def prose():
    """The words of every page, a line with its name before them."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "plugins").glob("*/README.md")]
    return "\n".join(CODE.sub(" ", page.read_text(encoding="utf-8")) for page in sorted(pages))


def docstrings():
    """The text of the package."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "claim_aug").rglob("*.py")))


@pytest.mark.parametrize("text", [prose, docstrings])
def test_no_word_is_misspelt(text):
    assert codespell("--builtin", "clear,rare", "-L", ",".join(sorted(RIGHT)), text=text()) == ""


def test_pages_are_in_british_english(tmp_path):
    import codespell_lib

    listed = Path(codespell_lib.__file__).parent / "data" / "dictionary_en-GB_to_en-US.txt"
    pairs = [line.partition("->")[::2] for line in listed.read_text(encoding="utf-8").splitlines() if "->" in line]
    american = {us.strip().rstrip(","): gb for gb, us in pairs if "," not in us.strip().rstrip(",")}
    rules = [f"{us}->{gb}" for us, gb in sorted(american.items()) if us not in RIGHT and us not in dict(pairs)]
    (tmp_path / "british.txt").write_text("\n".join(rules) + "\n", encoding="utf-8")
    assert codespell("-D", str(tmp_path / "british.txt"), text="a colored center") != ""
    assert codespell("-D", str(tmp_path / "british.txt"), text=prose()) == ""
