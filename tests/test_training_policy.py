"""Which warnings pass, and how a setting says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlexamples.formats import parse
from dlexamples.model import Diagnostic, Outcome, Policy, Span, Verdict
from dlexamples.settings import BadSettingError, Settings, load

BLOCK = parse(Path("post.md"), "```python\nx = 1\n```\n").blocks[0]
ALL = frozenset(Verdict)


def outcome(code: str, level: str = "warning", verdict: Verdict = Verdict.PASSED) -> Outcome:
    return Outcome(BLOCK, verdict, diagnostics=(Diagnostic(code, level, "", Span(2, 1, 2, 2)),))


def test_a_warning_passes_unless_its_code_is_named() -> None:
    assert Policy(ALL).accepts(outcome("DL401"))
    assert not Policy(ALL, errors=("DL4",)).accepts(outcome("DL401"))
    assert not Policy(ALL, errors=("DL4",)).accepts(outcome("DL401", verdict=Verdict.REPAIRED))
    assert not Policy(ALL, errors=("DL401",)).accepts(outcome("DL401"))
    assert Policy(ALL, errors=("DL401", "DL5")).accepts(outcome("DL402"))
    assert Policy(ALL, errors=("DL4",)).accepts(outcome("DL402", "note"))


def test_strict_refuses_what_does_not_train() -> None:
    assert Settings().errors == ()
    assert Settings(error=("DL206",)).errors == ("DL206",)
    assert Settings(error=("DL206",), strict=True).errors == ("DL206", "DL4")


def test_the_setting(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.dlexamples]\nerror = ["DL4"]\n')
    assert load(tmp_path, {}).error == ("DL4",)
    assert load(tmp_path, {"DLEXAMPLES_ERROR": "DL401, DL2"}).error == ("DL401", "DL2")
    (tmp_path / "pyproject.toml").write_text('[tool.dlexamples]\nerror = ["broadcast"]\n')
    with pytest.raises(BadSettingError, match="DL4, DL206"):
        load(tmp_path, {})
