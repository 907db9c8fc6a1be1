"""IPython's own lines: `%matplotlib inline`, `!pip install x`, `%%time`, `x = !ls`, `obj?`.

https://ipython.readthedocs.io/en/stable/interactive/magics.html. None of them is Python, so they are looked for only
where Python does not compile, and only where a statement begins.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dlexamples.formats.broken import PYTHON_FOLLOWS
from dlexamples.formats.logical import logical_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.dialects.draft import Draft

SHELL = re.compile(r"!!?\s*\S|%%?\s?(pip|conda|cd|ls|sh|sx|system|env|mkdir|cp|mv|rm|cat)\b")
LINE = re.compile(
    r"%%?\s?[A-Za-z_]"
    r"|!!?\s*[^\s=]"
    r"|[A-Za-z_][\w.,\[\] ]*=\s*(!\s*|%)[A-Za-z]"
    r"|\?{1,2}[\w.*]+\s*;?$"
    r"|%{0,2}[A-Za-z_][\w.]*\?{1,2}$"
)
"""A magic, a shell command, an assignment of what they give, a question about an object."""
STATEMENT = re.compile(r"%(time|timeit|prun|memit)\s+((-[noqrpst]\s*\d*|-[A-Za-z]\w*)\s+)*(?=[^\s-])")
"""Magics that run the statement behind them, with their options."""
AUTOMAGIC = re.compile(rf"(pip3?|conda|ls|cd|pwd|mkdir|rmdir|cat|cp|mv|rm)(?=\s|$)(?!{PYTHON_FOLLOWS})")
"""Without a `%`, as IPython allows for its own magics."""
CELL = re.compile(r"%%(?P<name>[\w!]+)(?P<rest>.*)")
LANGUAGES = {
    "!": "bash",
    "bash": "bash",
    "cmd": "cmd",
    "cpp": "cpp",
    "cu": "cuda",
    "cython": "cython",
    "html": "html",
    "javascript": "javascript",
    "js": "javascript",
    "latex": "latex",
    "markdown": "markdown",
    "perl": "perl",
    "r": "r",
    "ruby": "ruby",
    "script": "bash",
    "sh": "bash",
    "sql": "sql",
    "svg": "svg",
    "sx": "bash",
    "system": "bash",
}
"""What a cell is in that begins with the magic; with any other it is Python."""
SHOWN = 3
"""Lines that the note quotes."""


def left_out(draft: Draft) -> Draft:
    """IPython's lines stand as comments, which is said; a cell in another language is no Python."""
    if not draft.is_broken_python:
        return draft
    other = _other_language(draft)
    if other:
        return other
    bare = without_magics(draft)
    found = [line.start for line in _lines(draft) if _is_nothing(bare.codes[line.start])]
    if not found:
        return bare
    if bare.tree is not None and all(_is_nothing(code) for code in bare.codes):
        shell = any(SHELL.match(draft.codes[i]) for i in found)
        why = f"{draft.why}, but it holds nothing but {'shell commands' if shell else 'lines of IPython'}"
        return replace(draft, language="bash" if shell else "ipython", why=why)
    return bare.flawed("DL006", "note", _message(draft, found), draft.span(found[0], found[0]))


def without_magics(draft: Draft) -> Draft:
    """The draft with what stands for IPython's lines."""
    if not any(mark in draft.source for mark in "%!?") and draft.fence.form != "cell":
        return draft
    lines = list(_lines(draft))
    rows = list(draft.rows)
    for line in lines:
        row = rows[line.start]
        indent = row.code[: len(row.code) - len(row.code.lstrip())]
        runs = STATEMENT.match(row.code, len(indent))
        if runs and not indent:
            rows[line.start] = row.after(runs.end())
        elif runs:
            rows[line.start] = row.stood_for(indent + row.code[runs.end() :])
        else:
            # A suite of magics alone needs a statement.
            rows[line.start] = row.stood_for(f"{indent}{'pass  ' if indent else ''}# {row.code.strip()}")
            for i in line[1:]:
                rows[i] = rows[i].stood_for(f"{indent}# {rows[i].code.strip()}")
    return replace(draft, rows=tuple(rows)) if lines else draft


def _lines(draft: Draft) -> Iterator[range]:
    automagic = draft.fence.form == "cell" and draft.tree is None

    def is_magic(code: str) -> bool:
        bare = code.strip()
        return bool(LINE.match(bare) or (automagic and AUTOMAGIC.match(bare)))

    for line in logical_lines(draft.codes, opaque=is_magic):
        if not draft.rows[line.start].stands_in and is_magic(draft.codes[line.start]):
            yield line


def _is_nothing(code: str) -> bool:
    return not code.strip() or bool(re.match(r"\s*(pass  )?#", code))


def _other_language(draft: Draft) -> Draft | None:
    first = next((code for code in draft.codes if not _is_nothing(code)), "")
    cell = CELL.match(first)
    if not cell:
        return None
    name = cell["name"].lower()
    if name in {"writefile", "file"}:
        written = cell["rest"].split()[-1:] or ["a file"]
        near = "it is Python that is written to a file" if written[0].endswith(".py") else ""
        why = f"%%{name} writes it to {written[0]} and does not run it"
        return replace(draft, language="text", why=why, near_miss=near)
    if name == "script" and re.match(r"\s+(\S*/)?python[\d.]*(\s|$)", cell["rest"]):
        why = "%%script runs it in another process of Python"
        return replace(draft, language="text", why=why, near_miss="it is Python that another process runs")
    if name not in LANGUAGES:
        return None
    return replace(draft, language=LANGUAGES[name], why=f"it begins with %%{cell['name']}")


def _message(draft: Draft, found: Sequence[int]) -> str:
    quoted = [f"`{draft.codes[i].strip()}` (line {draft.fence.first_line + i})" for i in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"what only IPython understands is left out: {', '.join(quoted)}{more}"
