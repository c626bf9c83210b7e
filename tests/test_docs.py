"""The documentation is true: its examples run, it leaves no option out, and its links lead somewhere."""

import inspect
import json
import math
import re
import shlex
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import run_command

from claim_aug.anatomy import SCHEMES
from claim_aug.errors import ClaimAugWarning
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.plugins import hookspecs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
if not DOCS.is_dir():
    pytest.skip("no docs beside the tests", allow_module_level=True)

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted(DOCS.glob("*.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|tmp|home|root|Users|mnt|opt|var|usr)/")
#: What is drawn round the cells of a table, and what stands for lines that are left away.
BOX = re.compile(r"[\u2500-\u257f]+")
LEFT_AWAY = ("", "...")
HOSTS = ("torchio", "monai", "albumentations", "batchgeneratorsv2", "lightning")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Example:
    """A command of a console block, with the output that the page shows under it."""

    arguments: list[str]
    shown: list[str]

    @property
    def fails(self) -> bool:
        return any(line.startswith("error: ") for line in self.shown)


def read(page):
    return page.read_text(encoding="utf-8")


def blocks(page):
    text = read(page)
    return [Block(match[1], match[2], text.count("\n", 0, match.start()) + 1) for match in FENCE.finditer(text)]


def examples(block):
    """The ``claim-aug`` commands of a block; other commands, such as pip's, are left to the reader."""
    found = []
    for line in block.text.splitlines():
        command = line.removeprefix("$ ")
        if command.startswith("claim-aug "):
            found.append(Example(shlex.split(command)[1:], []))
        elif found:
            found[-1].shown.append(line)
    return found


def check_example(example, folder):
    done = run_command(example.arguments, folder)
    assert done.code == (1 if example.fails else 0), done.said
    assert [line for line in example.shown if not is_printed(line, done.said)] == [], done.said


def is_printed(line, said):
    """Whether a line of a page is one that was printed: the same words, and numbers that round to about the same."""
    words, numbers = parts(line)
    return words in LEFT_AWAY or any(
        words == own
        and all(math.isclose(*pair, rel_tol=0.02, abs_tol=0.02) for pair in zip(numbers, found, strict=True))
        for own, found in map(parts, said.splitlines())
    )


def parts(line):
    """The words of a line with # for numbers, and the numbers."""
    text = " ".join(BOX.sub(" ", line).split())
    return NUMBER.sub("#", text), [float(number) for number in NUMBER.findall(text)]


def ids(page):
    return page.relative_to(ROOT).as_posix()


def runnable(page):
    return any(block.language == "python" or examples(block) for block in blocks(page) if block.language != "text")


def frameworks(page):
    """The optional libraries that a page's examples import."""
    code = "\n".join(block.text for block in blocks(page) if block.language == "python")
    return [framework for framework in HOSTS if re.search(rf"^(import|from) {framework}\b", code, re.MULTILINE)]


@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page)], ids=ids)
def test_every_example_of_a_page_runs_in_order(page, tmp_path, monkeypatch):
    for framework in frameworks(page):
        pytest.importorskip(framework)
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__docs__"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClaimAugWarning)
        if "lightning" in frameworks(page):
            warnings.simplefilter("ignore")  # it warns of itself, and of a loader without workers
        for block in blocks(page):
            if block.language == "python":
                # As many empty lines before it as on the page: a traceback names the page's own line.
                exec(compile("\n" * block.line + block.text, str(page), "exec"), namespace)
            elif block.language in ("console", "bash"):
                for example in examples(block):
                    check_example(example, tmp_path)


def test_the_readme_opens_with_a_sentence_a_picture_and_two_commands():
    lines = [line for line in read(ROOT / "README.md").splitlines() if line]
    assert lines[0].startswith("# ")
    assert lines[1].endswith(".")
    assert "docs/images/demo.png" in lines[2]
    shell = [block.text.strip() for block in blocks(ROOT / "README.md") if block.language in ("bash", "console")]
    assert shell == [
        "python -m pip install . && claim-aug generate --demo out",
        'python -m pip install ".[test]" && python -m pytest',
    ]
    assert len(read(ROOT / "README.md").splitlines()) < 110


@pytest.mark.parametrize(
    "command",
    [
        *("generate", "evaluate", "segment", "finetune", "train", "joint-train", "phantom", "aha", "quantify"),
        *("bullseye", "prior fit", "bank build", "pool build", "reading make", "reading score", "doctor"),
        *("plugins", "plugins check", "verify"),
    ],
)
def test_every_option_is_on_the_page_of_its_command(command, tmp_path):
    shown = run_command([*command.split(), "--help"], tmp_path).said
    options = set(re.findall(r"--[a-z][a-z-]+", shown.partition("Options ─")[2])) - {"--help"}
    assert options
    page = read(DOCS / f"{re.split(r'[ -]', command)[0]}.md")
    assert [option for option in sorted(options) if f"`{option}" not in page] == []


def test_every_command_has_a_page(tmp_path):
    commands = re.findall(r"^│ ([a-z]+)(?:-train)? ", run_command(["--help"], tmp_path).said, re.MULTILINE)
    assert "generate" in commands
    assert [command for command in commands if not (DOCS / f"{command}.md").is_file()] == []


def test_the_sidecar_on_the_page_has_every_key_of_a_real_one(tmp_path):
    write_emidec(make_phantom(1, scar=False, shape=(80, 80, 5)), tmp_path, "heart")
    files = [f"heart/{part}/heart.nii.gz" for part in ("Images", "Contours")]
    done = run_command(["generate", *files, "out", "--labels", "phantom", "-n", "1", "--no-preview"], tmp_path)
    assert done.code == 0, done.said
    real = json.loads(read(tmp_path / "out" / "sidecars" / "heart_scar000.json"))
    (shown,) = [json.loads(block.text) for block in blocks(DOCS / "trust.md") if block.language == "json"]
    assert keys(shown) == keys(real)


def keys(record, path=""):
    """Paths of all keys but those of the segments, which are the scan's own."""
    found = set()
    for key, value in record.items():
        found.add(f"{path}{key}")
        if isinstance(value, dict) and key not in ("segment_voxels", "request"):
            found |= keys(value, f"{path}{key}.")
    return found


def test_every_hook_is_a_heading_with_its_arguments():
    hooks = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "claim_aug_spec")}
    assert hooks
    headings = re.findall(r"^#+ `(.*)`$", read(DOCS / "plugins.md"), re.MULTILINE)
    assert headings == [f"{name}({', '.join(inspect.signature(hook).parameters)})" for name, hook in hooks.items()]


def test_the_plugin_on_the_page_is_the_template():
    template = ROOT / "plugins" / "claim-aug-template"
    shown = [block.text for block in blocks(DOCS / "plugins.md")]
    for file in ("claim_aug_template/__init__.py", "pyproject.toml", "tests/test_template.py", "pipeline.py"):
        assert read(template / file) in shown


def test_every_label_scheme_is_in_the_table_with_its_values():
    rows = {
        cells[0].strip("`"): cells[1:]
        for line in read(DOCS / "labels.md").splitlines()
        if line.startswith("| `")
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }
    tissues = ("background", "cavity", "myocardium", "infarct", "mvo", "rv")
    for name, scheme in SCHEMES.items():
        values = [", ".join(map(str, getattr(scheme, tissue))) or "none" for tissue in tissues]
        assert rows[name][: len(tissues)] == values


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page):
    for target in LINK.findall(FENCE.sub("", read(page))):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(page):
    """Anchors of a page's headings as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", read(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_index():
    reached = {target.partition("#")[0] for target in LINK.findall(read(DOCS / "index.md"))}
    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} <= reached


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_page_names_a_path_of_one_machine(page):
    assert MACHINE_PATH.search(read(page)) is None


def test_the_picture_can_be_drawn_again_and_is_small(tmp_path):
    picture = tmp_path / "demo.png"
    subprocess.run([sys.executable, str(ROOT / "tools" / "make_pictures.py"), str(picture)], check=True, timeout=120)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert (DOCS / "images" / "demo.png").stat().st_size < 400_000
