"""Where code ends and prose begins, in a text that no fence divides."""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING

from dlexamples.formats.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADING = re.compile(r"#{1,6}[ \t]+\S")
UNDERLINE = re.compile(r"(={3,}|-{3,})\s*$")
MARKUP = re.compile(
    r"[-*+] +\S|\d{1,3}[.)] +\S|!?\[[^\]]*\]\(|[*_]{2}\w|> ?[^> ]|\|.*\||<[a-zA-Z/!]"
    r"|\{[%{:]|:::|!!! |=== \"|[-*_]{3,}\s*$"
)
"""How a line of Markdown begins that is no sentence: lists, links, emphasis, quotes (no prompts), tables, HTML,
templates, directives, rules."""
SENTENCE = re.compile(
    r"[\"'`*_(]*[A-Z][\w'\u2019-]*,? ([\"'`*_(]*[\w'\u2019-]+\S* +)+\S|[A-Z][\w ,'\u2019-]+[.:!?]$|.*`[^`]+`"
)
"""A capital and two more words, or an end as sentences have it, or code between backticks."""
PLAUSIBLE = 30
"""So many lines are tried as the first of the prose: each is a parse of the code above it."""


def code_ends(rows: Sequence[str], python: bool) -> int:
    """How many of the rows are code.

    All of them when they parse as Python; else those above the first line of prose that leaves Python that parses;
    else those above the first that a blank line sets off. `python` is false for a language that cannot be told from
    prose by parsing it.
    """
    if python and parses("\n".join(rows)):
        return len(rows)
    starts = [i for i in range(1, len(rows)) if is_prose(rows[i]) or _is_underlined(rows, i)][:PLAUSIBLE]
    exact = (i for i in starts if python and any(rows[:i]) and parses("\n".join(rows[:i])))
    set_off = (i for i in starts if not rows[i - 1].strip())
    start = next(exact, None) or next(set_off, None)
    return above_headings(rows[:start]) if start else len(rows)


def above_headings(rows: Sequence[str]) -> int:
    """How many of the rows are left without the blank lines and headings at their end. A heading is a comment to
    Python, and has blank lines round it."""
    end = len(rows)
    while end and not rows[end - 1].strip():
        end -= 1
        if end > 1 and HEADING.match(rows[end - 1]) and not rows[end - 2].strip():
            end -= 1
    return end


def is_prose(row: str) -> bool:
    """A line at the margin that Python does not read, and that begins as Markdown or a sentence does."""
    return bool(SENTENCE.match(row) or MARKUP.match(row)) and parsed(row) is None


def _is_underlined(rows: Sequence[str], i: int) -> bool:
    """A heading of one or two words over a line of its own may be a name to Python."""
    return bool(rows[i].strip()) and i + 1 < len(rows) and bool(UNDERLINE.match(rows[i + 1]))


@lru_cache(maxsize=1024)
def parses(source: str) -> bool:
    """Whether Python reads the source, once it stands at the margin."""
    return parsed(textwrap.dedent(source)) is not None
