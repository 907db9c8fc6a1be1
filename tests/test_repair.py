"""Each case is a post: `python` fences, each that changes followed by a `python mended` fence with what it becomes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from markdown_it import MarkdownIt
from mending import mend

if TYPE_CHECKING:
    from markdown_it.token import Token

CASES = Path(__file__).parent / "cases" / "torch_training"
MENDED = sorted(CASES.glob("*.md"))
UNCHANGED = sorted((CASES / "unchanged").glob("*.md"))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@dataclass(frozen=True)
class Case:
    path: Path
    text: str
    fences: tuple[Token, ...]

    @property
    def published(self) -> tuple[str, ...]:
        return tuple(fence.content for fence in self.fences if fence.info == "python")

    @property
    def expected(self) -> tuple[str, ...]:
        """The mended text of each block: the published one where no `python mended` fence follows."""
        found: list[str] = []
        for fence in self.fences:
            if fence.info == "python":
                found.append(fence.content)
            else:
                found[-1] = fence.content
        return tuple(found)

    def with_mended(self, sources: tuple[str, ...]) -> str:
        """The case's text with these mended blocks."""
        lines = self.text.splitlines(keepends=True)
        kept: list[str] = []
        line = block = 0
        for fence in self.fences:
            assert fence.map
            first, last = fence.map
            kept += lines[line:first]
            line = last
            if fence.info != "python":
                while kept and kept[-1] == "\n":
                    kept.pop()
                continue
            kept += lines[first:last]
            if sources[block] != fence.content:
                kept.append(f"\n```python mended\n{sources[block]}```\n")
            block += 1
        return "".join(kept + lines[line:])


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    fences = tuple(token for token in MarkdownIt("commonmark").parse(text) if token.type == "fence")
    assert fences
    assert all(fence.info in ("python", "python mended") for fence in fences)
    return Case(path, text, fences)


def trains(case: Case) -> bool:
    """Whether the case calls for training by a name at top level, which the driver can watch."""
    return any(f".{method}(" in source for source in case.published for method in ("fit", "train"))


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended(path: Path, update_cases: bool) -> None:
    case = read_case(path)
    mended = mend(case.published)
    assert mended.error is None, mended.sources
    assert mended.proposals
    assert not trains(case) or mended.trained or "class Trainer" in case.published[0]
    if update_cases:
        path.write_text(case.with_mended(mended.sources), encoding="utf-8")
        return
    assert mended.sources == case.expected


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended_text_needs_no_more(path: Path) -> None:
    mended = mend(read_case(path).expected)
    assert mended.error is None
    assert not mended.proposals


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_mended_without_columns_in_tracebacks(path: Path) -> None:
    case = read_case(path)
    assert mend(case.published, columns=False).sources == case.expected


@pytest.mark.parametrize("path", UNCHANGED, ids=lambda path: path.stem)
@pytest.mark.parametrize("columns", [True, False])
def test_unchanged(path: Path, columns: bool) -> None:
    mended = mend(read_case(path).published, columns=columns)
    assert not mended.proposals
    assert mended.sources == read_case(path).published


def test_the_mended_text_runs_in_a_plain_interpreter(tmp_path: Path) -> None:
    """Every mended session in one fresh process, each in a namespace of its own; warnings are errors."""
    sessions = ["\n".join(read_case(path).expected) for path in MENDED]
    script = tmp_path / "sessions.py"
    script.write_text(
        "import sys\n"
        f"for source in {sessions!r}:\n"
        "    exec(compile(source, '<session>', 'exec'), {'__name__': '__main__'})\n"
        "assert not [name for name in sys.modules if name.startswith('dlexamples')]\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-W", "error:Using a target size:UserWarning", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
