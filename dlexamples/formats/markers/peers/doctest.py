"""doctest's, xdoctest's and byexample's comments: `# doctest: +SKIP`, `# xdoctest: +REQUIRES(module:x)`.

https://docs.python.org/3/library/doctest.html#directives, https://xdoctest.readthedocs.io,
https://byexamples.github.io/byexample. doctest's for single statements are read with the statement; here a directive
counts that is for the whole block: on a line of its own above the code, or behind every statement.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.conditions import is_installed
from dlexamples.formats.markers.peers import in_code
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.formats.markers.peers import Code

DIRECTIVE = re.compile(r"#[ \t]*((?:x?doctest|byexample):[ \t]*[+-].*?)[ \t]*$")
PROMPT = re.compile(r"[ \t]*>>>(?: |$)")
CONTINUATION = re.compile(r"[ \t]*\.\.\.(?: |$)")
FLAG = re.compile(r"\+(\w+)(?:\(([^)]*)\)|=(\S+))?")


class Statement(NamedTuple):
    """A statement, or a comment on a line of its own, and the directive behind it."""

    directive: str
    """Empty when there is none."""
    alone: bool


@in_code("doctest")
def code(code: Code) -> Iterator[Ask | Problem]:
    published = code.block.published
    if "doctest:" not in published and "byexample:" not in published:
        return
    found = _statements(published.split("\n"))
    above = [one for i, one in enumerate(found) if all(each.alone for each in found[: i + 1]) and one.directive]
    behind = [one for one in found if not one.alone]
    every = bool(behind) and all(_skip(one.directive) for one in behind)
    for text in dict.fromkeys(one.directive for one in found if one.directive):
        whole = every or any(one.directive == text for one in above)
        seconds = [float(value) for name, _, value in FLAG.findall(text) if name == "timeout" and value.isdigit()]
        timeout = max(seconds, default=None)
        yield Ask(text, Marks(skip=_skip(text) if whole else "", timeout=timeout))
        if _skip(text) and not whole and not text.startswith("doctest:"):
            told = f"`{text}` is for one statement and has no effect, so it is run; it counts above the first line"
            yield Problem(text, "DL011", told)


def _statements(rows: Sequence[str]) -> list[Statement]:
    """Those at prompts, and the comments above them; code without prompts is one statement."""
    prompted = any(PROMPT.match(row) for row in rows)
    found: list[Statement] = []
    for row in filter(str.strip, rows):
        directive = DIRECTIVE.search(row)
        text = directive[1] if directive else ""
        bare = PROMPT.sub("", row, count=1).lstrip()
        at_prompt = bool(PROMPT.match(row))
        if at_prompt or (bare.startswith("#") and all(one.alone for one in found)):
            found.append(Statement(text, bare.startswith("#")))
        elif not prompted:
            return [*found, Statement("", alone=False)]
        elif text and CONTINUATION.match(row) and found:
            found[-1] = found[-1]._replace(directive=text)
    return found


def _skip(directive: str) -> str:
    """Why the directive wants its statement left out; empty when it does not."""
    for name, argument, _ in FLAG.findall(directive):
        if name in {"SKIP", "skip"} or (name == "REQUIRES" and not _is_met(argument)):
            return directive
    return ""


def _is_met(requirement: str) -> bool:
    """xdoctest's: `module:x`, `env:X==1`, a platform, an implementation; a command-line flag is never given."""
    kind, _, what = requirement.strip().partition(":")
    name, _, value = what.partition("==")
    match kind:
        case "module":
            return is_installed(what)
        case "env":
            return os.environ.get(name) == value if value else bool(os.environ.get(name))
    return requirement.strip().lower() in {sys.platform, sys.implementation.name, "py3"}
