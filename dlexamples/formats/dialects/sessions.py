"""Interpreter sessions: `>>>` and `...` as Python and doctest have them, `In [3]:` and `Out[3]:` as IPython does.

https://docs.python.org/3/library/doctest.html#how-are-docstring-examples-recognized. Beyond it: plain code between
the prompts is code, a statement's rows may lack their `...`, and `...` right below a simple statement is output.
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dlexamples.formats.broken import COMPOUND
from dlexamples.formats.dialects.foreign import pieces
from dlexamples.formats.language import read
from dlexamples.formats.logical import logical_lines, statements
from dlexamples.formats.syntax import Bound, parsed
from dlexamples.model import Printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dlexamples.formats.dialects.draft import Draft, Row

PROMPT = re.compile(r"(?P<indent>\s*)(>>>( |(?=\t|$|[^>\s]))|In ?\[[ \d]*\]: ?)")
CONTINUATION = re.compile(r"\s*(\.\.\.( |(?=\t|$))|\.{3,}: ?)")
OUT = re.compile(r"\s*Out ?\[\d+\]: ?")
FLAGS = re.compile(r"#\s*doctest:\s*([+-]\w+(?:[,\s]+[+-]\w+)*)")
PARAGRAPHS = 20
"""So many are tried below a statement for being plain code again: each try is a parse of what follows."""
UNPROMPTED = 200
"""So many rows of a statement may lack their dots: each is a parse of those above it."""
OUTPUT = "#>"
"""What stands for a row of output begins with it, as pytest-examples writes output."""


@dataclass(frozen=True, slots=True)
class Example:
    """A statement at a prompt and what the post shows below it, in rows from 0."""

    start: int
    code: tuple[Row, ...]
    """Without the prompts."""
    output: range
    indent: int
    """What stands before the prompt, and before every row of its output."""
    options: frozenset[str]


def session(draft: Draft) -> Draft:
    """The code at the prompts, the output below it to be compared."""
    if draft.language not in {"", "python", "pycon"}:
        return draft
    prompts = [i for i, code in enumerate(draft.codes) if PROMPT.match(code)]
    if not prompts:
        return _without_prompts(draft) if draft.language == "pycon" else draft
    if draft.language != "pycon" and not _begins(draft, prompts[0]):
        return draft
    found = _run(draft, prompts)
    if not draft.language:
        if not _does_something(found):
            return draft
        return replace(found, why="no info string; it has the prompts of an interpreter session")
    return found


def _begins(draft: Draft, prompt: int) -> bool:
    """Whether a session begins at the row: it is no Python, and not inside what began above it, as an example in a
    docstring is. `In [1]: x = 1` is Python, an annotation, which nobody writes."""
    if draft.tree is not None and not draft.codes[prompt].lstrip().startswith("In"):
        return False
    margin = min(_indent(code) for code in draft.codes[: prompt + 1] if code.strip())
    if _indent(draft.codes[prompt]) > margin:
        return False
    return any(line.start == prompt for line in logical_lines(draft.codes))


def _without_prompts(draft: Draft) -> Draft:
    reading = read(draft.source, draft.fence.heading, draft.bound)
    if reading.language != "python":
        return replace(draft, language="text", why=f"{draft.why}, but it has no prompts and {_of(reading.why)}")
    return replace(draft, language="python", why=f"{draft.why}, but it has no prompts")


def _of(why: str) -> str:
    return why.removeprefix("it ")


def _does_something(draft: Draft) -> bool:
    return draft.tree is not None or any(parsed(code) for code in draft.codes if code and not code.startswith("#"))


def _run(draft: Draft, prompts: Sequence[int]) -> Draft:
    rows = list(draft.rows)
    above = range(prompts[0])
    if _is_foreign(draft, above):
        _show(rows, above)
    printed: list[Printed] = []
    for example in _examples(draft, prompts):
        rows[example.start : example.start + len(example.code)] = example.code
        _show(rows, example.output)
        if "SKIP" in example.options:
            for i in range(example.start, example.start + len(example.code)):
                rows[i] = rows[i].stood_for(f"# {rows[i].code}".rstrip())
        elif (line := _first_code(example)) is not None:
            printed.extend(_printed(draft, example, line))
    return replace(draft, language="python", rows=tuple(rows), interactive=True, printed=tuple(printed))


def _show(rows: list[Row], shown: range) -> None:
    for i in shown:
        if rows[i].code.strip():
            rows[i] = rows[i].stood_for(f"{OUTPUT} {rows[i].code}".rstrip())


def _first_code(example: Example) -> int | None:
    """The index of the row on which the example's statement starts; None where it holds but a comment."""
    return next(
        (
            example.start + i
            for i, row in enumerate(example.code)
            if row.code.strip() and not row.code.lstrip().startswith("#")
        ),
        None,
    )


def _printed(draft: Draft, example: Example, line: int) -> Iterator[Printed]:
    first = example.output.start
    shown = [OUT.sub("", draft.codes[i][_width(draft.codes[i], example.indent) :]) for i in example.output]
    if shown and not shown[0]:
        # `Out[3]:` on a line of its own.
        shown, first = shown[1:], first + 1
    while shown and not shown[-1].strip():
        shown.pop()
    if not shown:
        return
    text = "".join(f"{row}\n" for row in shown)
    yield Printed(line + 1, text, draft.span(first, first + len(shown) - 1), example.options)


def _width(code: str, indent: int) -> int:
    return min(indent, _indent(code))


def _indent(code: str) -> int:
    return len(code) - len(code.lstrip())


def _examples(draft: Draft, prompts: Sequence[int]) -> Iterator[Example]:
    known = Bound(draft.bound)
    for start, stop in zip(prompts, [*prompts[1:], len(draft.rows)], strict=True):
        found = PROMPT.match(draft.codes[start])
        assert found, "prompts are rows with a prompt"
        code = _statement(draft, start, stop)
        if (tree := parsed(_text(code))) is not None:
            known.add(tree)
        output = _output(draft, code, range(start + len(code), stop), known)
        flags = {flag for row in code for group in FLAGS.findall(row.code) for flag in re.findall(r"\+(\w+)", group)}
        yield Example(start, code, output, len(found["indent"]), frozenset(flags))


def _statement(draft: Draft, start: int, stop: int) -> tuple[Row, ...]:
    first = draft.rows[start]
    prompt = PROMPT.match(first.code)
    assert prompt, "a statement begins at a prompt"
    indent = len(prompt["indent"])
    rows = [first.after(prompt.end())]
    bare = False
    for i in range(start + 1, stop):
        row = draft.rows[i]
        goes_on = CONTINUATION.match(row.code)
        if goes_on and (row.code[goes_on.end() :].strip() or not _is_simple(rows)):
            rows.append(row.after(goes_on.end()))
            bare = False
        elif (
            not goes_on
            and len(rows) < UNPROMPTED
            and (_is_open(rows) or (bare and row.code[indent : indent + 1].isspace() and row.code.strip()))
        ):
            rows.append(row.after(_width(row.code, indent)))
            bare = True
        else:
            break
    return tuple(rows)


def _text(rows: Sequence[Row]) -> str:
    return "\n".join(row.code for row in rows)


def _is_simple(rows: Sequence[Row]) -> bool:
    """Whether the rows are whole statements and none has a suite: no interpreter would ask for more."""
    tree = parsed(_text(rows))
    return tree is not None and bool(tree.body) and not any(hasattr(statement, "body") for statement in tree.body)


def _is_open(rows: Sequence[Row]) -> bool:
    """Whether the statement cannot end here: a bracket is open, a suite is missing."""
    text = _text(rows)
    if not text.strip() or parsed(text) is not None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return codeop.compile_command(text, "<block>", "exec") is None
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return False


def _output(draft: Draft, code: Sequence[Row], rows: range, known: Collection[str]) -> range:
    """The first of the rows below a statement, up to where plain code begins again.

    What stands directly below an expression is what it printed, even if it reads as Python.
    """
    begins = [i for i in rows if draft.codes[i].strip() and (i == rows.start or not draft.codes[i - 1].strip())]
    for i in begins[:PARAGRAPHS]:
        if OUT.match(draft.codes[i]) or (i == rows.start and _prints(code)):
            continue
        if _is_code(draft, range(i, rows.stop), known):
            return range(rows.start, i)
    return rows


def _prints(code: Sequence[Row]) -> bool:
    tree = parsed(_text(code))
    silent = ast.Assign | ast.ClassDef | ast.FunctionDef | ast.Import | ast.ImportFrom
    return tree is None or any(not isinstance(node, silent) for node in tree.body)


def _is_code(draft: Draft, rows: range, known: Collection[str]) -> bool:
    """Whether the rows read as Python from the first statement on: output may have code behind it."""
    codes = [draft.codes[i] for i in rows]
    first = next(statements(codes), range(0))
    if parsed("\n".join(codes[i] for i in first)) is None and not COMPOUND.match(codes[first.start]):
        return False
    return read("".join(f"{code}\n" for code in codes), draft.fence.heading, known).language == "python"


def _is_foreign(draft: Draft, rows: range) -> bool:
    """Whether the rows are something, and certainly no Python."""
    kinds = {piece.kind for piece in pieces([draft.codes[i] for i in rows], draft.bound)}
    return bool(kinds) and not kinds & {"python", "broken"}
