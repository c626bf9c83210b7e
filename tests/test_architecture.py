"""The house is as docs/architecture.md says: rooms, arrows downwards, no circle."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "claim_aug"


def test_arrows_point_downwards_in_the_plan_and_in_the_code():
    table = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Rooms")[2].partition("## Words")[0]
    rooms = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    there = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert there - {"__init__", "_version", "__pycache__"} == set(rooms)
    upwards = {
        (file.relative_to(PACKAGE).as_posix(), module)
        for file in PACKAGE.rglob("*.py")
        for module in imported_modules(file)
        if (room := module.split(".")[1]) in rooms and file != PACKAGE / "__init__.py"
        if rooms.index(room) < rooms.index(file.relative_to(PACKAGE).parts[0].removesuffix(".py"))
    }
    assert upwards == set()


def test_no_two_files_need_each_other():
    """Imports inside functions and for types count, too; a package's face only hands names on."""
    files = {file: imported_modules(file) for file in PACKAGE.rglob("*.py") if file.name != "__init__.py"}
    names = {".".join(("claim_aug", *file.relative_to(PACKAGE).with_suffix("").parts)): file for file in files}
    arrows = {name: {other for other in files[file] if other in names} for name, file in names.items()}
    assert len(list(TopologicalSorter(arrows).static_order())) == len(files)  # raises CycleError and names the circle


def imported_modules(file):
    """Modules of this package that a file imports, such as ``claim_aug.data.case``."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {module for module in found if module.startswith("claim_aug.")}
