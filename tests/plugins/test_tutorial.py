"""The template, made from scratch of the tutorial's own blocks, installed, listed, checked and used."""

import importlib.util
import json
import re
import shlex
from importlib.metadata import version
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
#: A file of the tutorial: its name, and the block below.
FILE = re.compile(r"^`(?P<name>[\w./]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files of the tutorial."""
    folder = tmp_path_factory.mktemp("tutorial")
    for file in FILE.finditer(PAGE):
        path = folder / file["name"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def installed(install, folder):
    install(folder, "template")


def commands(first):
    """The commands of the tutorial that begin with a word, in order."""
    found = [shlex.split(line) for block in SHELL.findall(PAGE) for line in block.splitlines()]
    assert {words[0] for words in found} == {"pip", "claim-aug", "pytest", "python"}
    return [words[1:] for words in found if words[0] == first]


def test_it_is_listed_with_what_it_provides(command):
    row = json.loads(command("plugins", "--json"))[-1]
    assert (row["distribution"], row["version"], row["licence"]) == ("claim-aug-template", "0.1.0", "Apache-2.0")
    assert row["provides"] == ["prior midwall", "generator shift", "label scheme ours"]
    assert [option["range"] for backend in row["backends"] for option in backend["options"]] == [[0.2, 1], [0.5, 3]]


def test_each_command_of_the_tutorial_runs(command, folder):
    for arguments in commands("claim-aug"):
        command(*arguments, cwd=folder)
    record = json.loads((folder / "out" / "sidecars" / "Case_demo_scar001.json").read_text())
    assert record["parameters"]["prior"]["thickness"] == 0.3
    assert record["parameters"]["generator"]["generator"] == "shift"
    assert set(record["parameters"]["realised"]["segments"]) <= {2, 3, 8, 9}


def test_its_own_tests_pass(python, folder):
    for arguments in commands("pytest"):
        done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, cwd=folder)
        assert done.returncode == 0, done.stdout
        assert "28 passed, 2 skipped" in done.stdout


def test_its_pipeline_runs_in_torchio(python, folder):
    if not importlib.util.find_spec("torchio") or not version("torchio").startswith("1"):
        pytest.skip("torchio 1 is not installed")
    for arguments in commands("python"):
        done = python(*arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert re.search(r"voxels of scar: [1-9]\d+\n", done.stdout)
