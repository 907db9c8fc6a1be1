"""The walls of the house: who may import whom."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dlexamples"
ROOMS = ("formats", "data", "repair", "reports")
IN_THE_BLOCKS_PROCESS = ("worker.py", "lines.py", "server.py")


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
    forbidden = {f"dlexamples.{other}" for other in (*ROOMS, "run", "check", "judge", "cli", "fix") if other != room}
    for path in (PACKAGE / room).rglob("*.py"):
        found = {name for name in ours(path) if any(name == f or name.startswith(f + ".") for f in forbidden)}
        assert not found, path


@pytest.mark.parametrize("name", ["model.py", "registry.py"])
def test_the_ground_imports_nothing_of_ours(name: str) -> None:
    assert not ours(PACKAGE / name)


@pytest.mark.parametrize("name", IN_THE_BLOCKS_PROCESS)
def test_what_lies_in_the_blocks_process_is_standard_library(name: str) -> None:
    found = {module.split(".")[0] for module in imports(PACKAGE / "run" / name)}
    allowed = set(sys.stdlib_module_names) | {"lines", "worker", "dlexamples"}
    assert found <= allowed
    # `dlexamples` is there for the type checker, and for the process that is asked for a mend and gives no verdict.
    assert {n for n in ours(PACKAGE / "run" / name) if not n.startswith("dlexamples.run")} <= {"dlexamples"}
