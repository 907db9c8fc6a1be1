"""What the README shows is what dlexamples prints."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.check import check
from dlexamples.formats import read
from dlexamples.ledger import ledger
from dlexamples.model import Policy, Report
from dlexamples.reports import write
from dlexamples.reports.ledger import write as write_ledgers
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner
from dlexamples.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable

README = Path(__file__).parent.parent / "README.md"
SECONDS = re.compile(r"\d+\.\d s")


def printed(monkeypatch: pytest.MonkeyPatch) -> str:
    """`dlexamples check README.md` at the top of the project, on a stream that is no terminal."""
    for name in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(README.parent)
    document = read(Path("README.md"))
    with Pool() as pool:
        found = {
            outcome.block.id: outcome for outcome in check(document, Runner(pool, document, Conditions(device="cpu")))
        }
    report = Report(document, tuple(found[block.id] for block in document.blocks))
    stream = io.StringIO()
    write("text", [report], Policy(load(README.parent).accepted), stream)
    return stream.getvalue()


def listed(monkeypatch: pytest.MonkeyPatch) -> str:
    """`dlexamples list post.md` at the top of the project."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.chdir(README.parent)
    stream = io.StringIO()
    write_ledgers("text", [ledger(read(Path("post.md")))], stream)
    return stream.getvalue()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the interpreter tells columns from 3.11")
@pytest.mark.parametrize(("place", "output_of"), [(1, listed), (0, printed)], ids=["list", "check"])
def test_the_output_in_the_readme_is_the_output(
    monkeypatch: pytest.MonkeyPatch, update_cases: bool, place: int, output_of: Callable[[pytest.MonkeyPatch], str]
) -> None:
    shown = [block for block in read(README).blocks if block.info == "text"][place]
    output = output_of(monkeypatch)
    if update_cases:
        text = README.read_text("utf-8")
        README.write_text(text.replace(f"```text\n{shown.source}```", f"```text\n{output}```"), "utf-8")
        return
    assert SECONDS.sub("0.0 s", shown.source) == SECONDS.sub("0.0 s", output)
