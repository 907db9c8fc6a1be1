"""The walls of the house: who may import whom."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dlexamples"
ROOMS = ("formats", "data", "repair", "reports", "training")
INSIDE = sorted((PACKAGE / "run" / "inside").glob("*.py"))
BELOW = sorted((PACKAGE / "run" / "inside").glob("*/*.py"))


def imports(path: Path) -> set[str]:
    """Every module that a file imports anywhere, dotted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if name == "dlexamples" or name.startswith("dlexamples.")}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_import_each_other(room: str) -> None:
    forbidden = {f"dlexamples.{other}" for other in (*ROOMS, "run", "check", "verdicts", "cli", "fix") if other != room}
    for path in (PACKAGE / room).rglob("*.py"):
        found = {name for name in ours(path) if any(name == f or name.startswith(f + ".") for f in forbidden)}
        assert not found, path


@pytest.mark.parametrize("name", ["errors.py", "model.py", "registry.py"])
def test_the_ground_imports_nothing_of_ours(name: str) -> None:
    assert not ours(PACKAGE / name)


@pytest.mark.parametrize("path", BELOW, ids=lambda path: path.name)
def test_what_is_loaded_before_a_block_imports_the_standard_library_alone(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= set(sys.stdlib_module_names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.name)
def test_what_lies_in_the_blocks_process_is_standard_library(path: Path) -> None:
    own = {"inside", *(sibling.stem for sibling in INSIDE)}
    outside = {name for name in imports(path) if name.split(".")[0] not in set(sys.stdlib_module_names) | own}
    # Asked for on a command, in a process that has stopped and gives no verdict any more.
    allowed = {"dlexamples.run.ask", "dlexamples.run.ask.answer"} if path.name == "worker.py" else set()
    assert outside == allowed
