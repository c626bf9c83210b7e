"""Build the documentation as a site that needs no network: ``python tools/make_site.py OUT``; needs the extra ``docs``.

The pages are those of ``docs/``, which read well as they are. Here they are put in order, and the reference of the
command line and of Python is added to them from the code.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "helpers")]

from cli_reference import cli_reference  # noqa: E402
from public_interface import MODULES, names_of  # noqa: E402

#: Chapters and their pages, in the order in which they are read.
CHAPTERS = {
    "Start": "start phantom doctor",
    "Guides": "own-data emidec myops nnunet monai torchio albumentations lightning training mixing pool prior bank "
    "pretrain plugins nonischemic cluster offline reproducibility",
    "Concepts": "anatomy method diffusion joint trust security architecture contributing",
    "Commands": "generate dataset design verify evaluate reading segment finetune train aha quantify bullseye labels",
    "Reference": "commands python api",
    "Results": "study study-tables benchmarks robustness changelog security-policy",
}
#: Pages that lie outside ``docs/``, by their names on the site.
OUTSIDE = {
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
    "security-policy": "SECURITY.md",
}


def main(out: Path) -> int:
    """Build the site; any warning, such as a link that leads nowhere, is a failure."""
    os.environ["CLAIM_AUG_PLUGINS"] = ""  # the reference is that of the package, whatever else is installed
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        gather(stage)
        return build_main(["--fail-on-warning", "--keep-going", "--quiet", "-b", "html", str(stage), str(out)])


def gather(stage: Path) -> None:
    """Put all pages into one folder, with links as they are from there."""
    shutil.copytree(ROOT / "docs", stage, dirs_exist_ok=True)
    for name, file in OUTSIDE.items():
        shutil.copyfile(ROOT / file, stage / f"{name}.md")
    (stage / "commands.md").write_text(cli_reference(), encoding="utf-8")
    (stage / "api.md").write_text(python_reference(), encoding="utf-8")
    for page in stage.glob("*.md"):
        page.write_text(linked(page.read_text(encoding="utf-8")), encoding="utf-8")
    with (stage / "index.md").open("a", encoding="utf-8") as index:
        index.writelines(contents(chapter, pages.split()) for chapter, pages in CHAPTERS.items())


def linked(text: str) -> str:
    """A page with links to the pages from outside ``docs/`` as they are on the site."""
    for name, file in OUTSIDE.items():
        text = re.sub(rf"\]\((?:\.\./)?{re.escape(file)}", f"]({name}.md", text)
    return re.sub(r"\]\(docs/", "](", text)


def contents(chapter: str, pages: list[str]) -> str:
    """A chapter in the list of contents at the side."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {chapter}", "", *pages, "```", ""])


def python_reference() -> str:
    """Every public name with its docstring, module by module."""
    lines, shown = ["# Python, name by name", "", "Every public name, from its docstring.", ""], {}
    for name in MODULES:
        module = importlib.import_module(name)
        lines += [f"## `{name}`", "", *(module.__doc__ or "").strip().splitlines()[:1], ""]
        for public in names_of(module):
            thing = getattr(module, public)
            first = shown.setdefault(getattr(thing, "__qualname__", public), f"{name}.{public}")
            if first == f"{name}.{public}":
                lines += ["```{eval-rst}", f".. auto{kind(thing)}:: {first}", "```", ""]
            else:
                lines += [f"`{public}` is `{first}`.", ""]
    return "\n".join(lines)


def kind(thing: object) -> str:
    """What Sphinx calls something."""
    if isinstance(thing, type):
        return "exception" if issubclass(thing, BaseException) else "class"
    return "function" if callable(thing) and hasattr(thing, "__code__") else "data"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
