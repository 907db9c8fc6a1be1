"""What is registered: found by its file, in other packages, and without more than was asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dlexamples.registry import Registry

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = """
from dlexamples.reports import report

@report("shouted")
def shouted(reports, policy, stream):
    stream.write("".join(f"{each.document.path}!\\n" for each in reports))
"""


def python(code: str, *path: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return ran.stdout


@pytest.mark.parametrize("metadata", ["shouting-1.0.dist-info", "shouting.egg-info"])
def test_another_package_registers_by_an_entry_point(tmp_path: Path, metadata: str) -> None:
    (tmp_path / "shouting.py").write_text(PLUGIN)
    (tmp_path / metadata).mkdir()
    (tmp_path / metadata / "entry_points.txt").write_text("[dlexamples.reports]\nshouted = shouting\n")
    for name in ("METADATA", "PKG-INFO"):
        (tmp_path / metadata / name).write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    assert "shouted" in python("from dlexamples import reports; print(reports.names())", tmp_path)
    code = "import sys; from dlexamples import reports; reports.write('shouted', [], None, sys.stdout); print('!')"
    assert python(code, tmp_path) == "!\n"


def test_packages_that_name_no_entry_point_of_ours_are_not_asked() -> None:
    code = (
        "import sys; from dlexamples import registry; registry._any_installed = lambda: False\n"
        "from dlexamples import reports; reports.names(); print('importlib.metadata' in sys.modules)"
    )
    assert python(code) == "False\n"


def test_a_path_that_is_no_folder_may_hold_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlexamples import registry

    (tmp_path / "packages.zip").write_bytes(b"PK")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "gone")])
    assert not registry._any_installed.__wrapped__()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages.zip")])
    assert registry._any_installed.__wrapped__()


def test_one_format_is_had_without_the_others() -> None:
    code = (
        "import io, sys; from dlexamples import reports; reports.write('json', [], None, io.StringIO())\n"
        "print([name for name in ('json', 'junit', 'sarif') if f'dlexamples.reports.{name}' in sys.modules])"
    )
    assert python(code) == "['json']\n"


def test_what_is_not_registered_is_none() -> None:
    registry: Registry[object] = Registry("dlexamples.reports")
    assert registry.get("no such-format") is None
