"""Where code ends and prose begins, in a text that no fence divides."""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING

from dlexamples.formats.syntax import syntax_error

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADING = re.compile(r"#{1,6}[ \t]+\S")
UNDERLINE = re.compile(r"(={3,}|-{3,})\s*$")
MARKUP = re.compile(
    r"[-*+] +\S|\d{1,3}[.)] +\S|!?\[[^\]]*\]\(|[*_]{2}\w|\*\w[^*]*\*|> ?[^> ]|\|.*\||<[a-zA-Z/!]"
    r"|\{[%{:]|:::|!!! |=== \"|[-*_]{3,}\s*$"
)
"""How a line of Markdown begins that is no sentence: lists, links, emphasis, quotes (no prompts), tables, HTML,
templates, directives, rules."""
WORD = r"[\w'\u2019-]+"
SENTENCE = re.compile(
    rf"[\"'`*_(]*[A-Z]{WORD}?[,:]? ([\"'`*_(]*{WORD}\S* +)+\S"  # a capital and two more words
    rf"|[A-Z][\w ,'\u2019-]+[.:!?]$"
    rf"|(?!(class|def|del|elif|else|for|from|if|import|raise|return|while|with)\b)"
    rf"[a-z]{WORD}?( [\"'(]*{WORD}[\"'),]*){{3,}}[.:,]$"  # the end of a sentence that goes on below the code
    r"|[^\x00-\x7f]"  # a language that no keyword comes from
    r"|[^#\"'=(]*(\w[.!?] [A-Z]\w|`[^`]+`|(^| )\*\*\w[^*]*\*\*[ .,:;]| \[[^\]]*\]\()"
)
MAGIC = re.compile(r"^([ \t]*)(%%?|! ?)[a-zA-Z].*$", re.MULTILINE)
PLAUSIBLE = 30
"""So many lines are tried as the first of the prose: each is a parse of the code above it."""


def code_ends(rows: Sequence[str], python: bool) -> int:
    """How many of the rows are code.

    All of them when they parse as Python; else those above the first line of prose that leaves Python that parses;
    else those above the first that a blank line sets off. `python` is false for a language that cannot be told from
    prose by parsing it.
    """
    error = _error("\n".join(rows)) if python else ""
    if python and not error:
        return len(rows)
    starts = [i for i in range(1, len(rows)) if _may_begin_prose(rows, i, python, error)][:PLAUSIBLE]
    exact = (i for i in starts if python and any(rows[:i]) and parses("\n".join(rows[:i])))
    set_off = (i for i in starts if not rows[i - 1].strip() or _is_heading(rows, i - 1))
    start = next(exact, None) or next(set_off, None)
    return above_headings(rows[:start]) if start else len(rows)


def above_words(rows: Sequence[str]) -> int:
    """How many of the rows are left without a paragraph at their end of words that the others do not hold: `and`,
    `Output:`. To Python it may be an expression."""
    end = above_headings(rows)
    if end < 2 or rows[end - 2].strip() or not re.fullmatch(r"[A-Za-z][\w-]*( [\w(),-]+)*:?", rows[end - 1]):
        return end
    above = set(re.findall(r"\w+", "\n".join(rows[: end - 1])))
    return end if above & set(re.findall(r"\w+", rows[end - 1])) else above_headings(rows[: end - 1])


def above_headings(rows: Sequence[str]) -> int:
    """How many of the rows are left without the blank lines and headings at their end. A heading is a comment to
    Python, and has a blank line above it."""
    end = len(rows)
    while end and (not rows[end - 1].strip() or _is_heading(rows, end - 1)):
        end -= 1
    return end


def _may_begin_prose(rows: Sequence[str], i: int, python: bool, error: str) -> bool:
    if is_prose(rows[i]) or _is_underlined(rows, i):
        return True
    # What notebooks print is converted to indented code blocks, and Python expects no indentation there.
    return _is_output(rows, i, error) if python else _is_heading(rows, i)


def is_prose(row: str) -> bool:
    """A line at the margin that Python does not read, and that begins as Markdown or a sentence does."""
    if not SENTENCE.match(row) and not MARKUP.match(row):
        return False
    return not parses(row) and not parses(f"{row}\n    pass")


def _is_underlined(rows: Sequence[str], i: int) -> bool:
    """A heading of one or two words over a line of its own may be a name to Python."""
    return bool(rows[i].strip()) and i + 1 < len(rows) and bool(UNDERLINE.match(rows[i + 1]))


def _is_heading(rows: Sequence[str], i: int) -> bool:
    return i > 0 and not rows[i - 1].strip() and bool(HEADING.match(rows[i]))


def _is_output(rows: Sequence[str], i: int, error: str) -> bool:
    indented = rows[i].startswith(("    ", "\t")) and not rows[i - 1].strip()
    return indented and error.startswith(f"line {i + 1},") and error.endswith("unexpected indent")


def parses(source: str) -> bool:
    """Whether Python reads the source, once it stands at the margin and IPython's own lines are left out."""
    return not _error(source)


@lru_cache(maxsize=4096)
def _error(source: str) -> str:
    return syntax_error(MAGIC.sub(r"\1pass", textwrap.dedent(source)))
