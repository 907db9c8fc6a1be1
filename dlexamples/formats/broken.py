"""A text that does not parse: Python with a mistake, or no Python at all?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.substance import elsewhere, has_sections, substance
from dlexamples.formats.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Reading(NamedTuple):
    """A language and the reason for it."""

    language: str
    why: str
    near_miss: str = ""
    """Why it may be meant as Python all the same."""


PYTHON_FOLLOWS = r"\s*([-+*/%@&|^<>]{0,2}=(?!==)|[:,()\[\]{}]|\+\s)"
"""What follows a name in Python and no command in a shell: `cp = x`, `ls [1]`. `ls / x` and `chmod +x` are commands."""
SHELL = re.compile(
    r"[!$%~ ]*(apt|apt-get|bash|brew|cd|chmod|conda|cp|curl|docker|echo|export|git|jupyter|kaggle|ls|make|mkdir|mv|npm"
    r"|nvidia-smi|pip3?|python3?|rm|sh|source|ssh|sudo|tar|tensorboard|torchrun|unzip|uv|wget)(?=\s|$)"
    rf"(?!{PYTHON_FOLLOWS})"
)
"""How the first line of shell commands begins."""


def broken(source: str, hinted: bool) -> Reading:
    """The language of a text that does not parse; `hinted` when its heading speaks of Python."""
    rows = [row.strip() for row in source.splitlines() if row.strip()]
    decisive, good, bad = tally(_dedented(source.splitlines()))
    if has_sections(rows):
        return Reading("text", "it has the sections of a configuration file")
    if _most_end(rows, (";",)) or (not decisive and _most_end(rows, (";", "{", "}"))):
        return Reading("text", "its lines end in braces and semicolons, as other languages do")
    shell = SHELL.match(rows[0])
    enough = decisive or (not shell and (hinted or good > max(bad, 1)))
    if good and good >= bad and enough:
        return Reading("python", "most of its statements are Python, but not all of them parse")
    if shell:
        return Reading("bash", "it reads as shell commands")
    near = "some of its statements are Python, but not enough" if decisive and good else ""
    return Reading("text", "it does not parse as Python", near)


def _most_end(rows: Sequence[str], marks: tuple[str, ...]) -> bool:
    return 2 * sum(row.endswith(marks) for row in rows) >= len(rows)


COMPOUND = re.compile(r"(async )?(def|class|for|while|if|elif|else|with|try|except|finally)\b")
MAGIC = re.compile(r"\s*(%%?[a-z]|!\s*[a-z])")


def tally(rows: Sequence[str]) -> tuple[int, int, int]:
    """How many statements import or define, how many do something, and how many do not parse."""
    decisive = good = bad = 0
    for chunk in _chunks(rows):
        tree = parsed("\n".join(chunk))
        if tree is None and COMPOUND.match(chunk[0]):
            opens = parsed(f"{chunk[0]}\n    pass") is not None
            inside = tally(_dedented(chunk[1:]))
            decisive += inside[0] + (opens and chunk[0].startswith(("def", "class", "async")))
            good += inside[1] + opens
            bad += inside[2] + (not opens)
        elif tree is None:
            bad += 1
        elif not elsewhere(tree, ()):
            does = substance(tree.body)
            decisive += does.startswith(("imports", "defines"))
            good += bool(does)
    return decisive, good, bad


def _chunks(rows: Sequence[str]) -> Iterator[list[str]]:
    """The rows from one that begins at the margin to the next: a statement each, where brackets are not missing."""
    chunk: list[str] = []
    for row in rows:
        if not row.strip() or row.lstrip().startswith("#") or MAGIC.match(row):
            continue
        goes_on = row[0].isspace() or row.startswith((")", "]", "}")) or re.match(r"(elif|else|except|finally)\b", row)
        if chunk and not goes_on:
            yield chunk
            chunk = []
        chunk.append(row)
    if chunk:
        yield chunk


def _dedented(rows: Sequence[str]) -> list[str]:
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return [row[margin:] for row in rows]
