"""The distribution ``claim-aug-nonischemic``, installed as a third party's would be, and its page."""

import ast
import json
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "plugins" / "claim-aug-nonischemic"
PAGE = ROOT / "docs" / "nonischemic.md"
PUBLIC = {"claim_aug", "claim_aug.errors", "claim_aug.fields", "claim_aug.phantom", "claim_aug.priors"}


@pytest.fixture(scope="module", autouse=True)
def installed(install):
    install(FOLDER, "nonischemic")


def test_its_priors_are_listed_with_their_options(command):
    (_, row) = json.loads(command("plugins", "--json"))
    assert (row["distribution"], row["error"]) == ("claim-aug-nonischemic", None)
    page = PAGE.read_text("utf-8")
    for backend in row["backends"]:
        assert f"| `{backend['name']}` |" in page
        for option in backend["options"]:
            low, high = option["range"]
            assert f"| `{option['name']}` | {low:g}-{high:g} |" in page


def test_the_commands_of_its_page_run(command, tmp_path):
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("claim-aug ")]
    assert len(lines) == 3
    for line in lines:
        quick = ("--generator", "signal") if "generate" in line else ()
        command(*shlex.split(line)[1:], *quick)
    sidecars = list((tmp_path / "lateral" / "sidecars").glob("*.json"))
    assert len(sidecars) == 1
    assert all(set(json.loads(one.read_text())["parameters"]["realised"]["segments"]) <= {5, 11} for one in sidecars)


def test_it_uses_public_modules_alone():
    used = set()
    for file in FOLDER.glob("claim_aug_nonischemic/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                used.add(node.module)
    assert {module for module in used if re.match(r"claim_aug(\.|$)", module)} <= PUBLIC
