"""The designer is a third party's plugin: the hooks and the public interface of ``claim_aug`` are all that it uses."""

import ast
from pathlib import Path

import pytest
from claim_aug_designer.design import Design
from claim_aug_designer.files import written_files
from claim_aug_designer.spelling import python_lines

PLUGIN = Path(__file__).parents[1]
PUBLIC = (PLUGIN.parents[1] / "tests" / "public_api.txt").read_text("utf-8").splitlines()
NAMES = {line.partition("(")[0] for line in PUBLIC}
SCRIPTS = sorted(path for path in PLUGIN.rglob("*.py") if "tests" not in path.parts)


def imported(code):
    """Every name of ``claim_aug`` that code imports, such as ``claim_aug.data.Case``; modules by their own name."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "claim_aug":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "claim_aug")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_is_imported_is_public(path):
    assert set(imported(path.read_text("utf-8"))) <= NAMES


def test_the_lines_of_python_for_the_user_import_what_is_public(scan, tmp_path):
    painted = Design("manual", painted=scan.anatomy.on_grid(scan.anatomy.segment == 8))
    names = set(imported(python_lines(scan, painted, written_files(scan, painted, tmp_path))))
    assert {"claim_aug.ScarSynthesizer", "claim_aug.data.Case"} <= names <= NAMES
