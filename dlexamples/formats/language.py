"""Which language a block is in, and why: the info string decides, and without one the text does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.substance import Reading, unlabelled
from dlexamples.formats.syntax import syntax_error

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Language(NamedTuple):
    """A block's language, the reason for the author, and the compiler's message for Python that does not compile."""

    name: str
    why: str
    syntax_error: str = ""


PYTHON = re.compile(r"(py|python|ipython)[23]?(\.\d+)*")
SESSION = {"pycon", "pycon3", "python-repl", "python-console", "ipythonconsole", "doctest"}
DIRECTIVES = {"code", "code-block", "code-cell", "sourcecode", "jupyter-execute"}
NUMBERED = re.compile(r"^(py\w*)=", re.IGNORECASE)
"""HackMD's line numbers: `python=12`."""
ATTRIBUTE = re.compile(r"""[\w-]+=("[^"]*"|'[^']*'|[^\s,}]*)""")
LINES = re.compile(r"\{[\d\s,-]*\}|\[[^\]]*\]")
"""Lines to highlight, and Asciidoc-like options: `python {1,3-5}`, `python[x]`."""
OUTPUT = {"out", "output", "result", "results", "stdout", "stderr"}


def classify(info: str, source: str, heading: Sequence[str], bound: Collection[str] = ()) -> Language:
    """The language of a block under these headings, after blocks that bind these names."""
    reading = _labelled(info) or unlabelled(source, heading, bound)
    if reading.language != "python":
        return Language(reading.language, reading.why)
    return Language("python", reading.why, syntax_error(source))


def _labelled(info: str) -> Reading | None:
    words = _words(info)
    if words and words[0] in DIRECTIVES:
        words = words[1:]
    if not words:
        return None
    name, follows = words[0], words[1:2]
    if name in SESSION:
        return Reading("pycon", f"the info string says {name}, an interpreter session, which is not run yet")
    if not PYTHON.fullmatch(name):
        return Reading(name, f"the info string says {name}")
    if follows and follows[0] in OUTPUT:
        return Reading("text", f"the info string says {name} {follows[0]}, what a program printed")
    return Reading("python", f"the info string says {name}")


def _words(info: str) -> list[str]:
    """The info string's words in lower case, without braces, dots, attributes, titles and line numbers."""
    bare = NUMBERED.sub(r"\1 ", info)
    bare = LINES.sub(" ", ATTRIBUTE.sub(" ", bare))
    words = [word.lstrip(".").lower() for word in re.split(r"[{},:\s]+", bare)]
    return [re.sub(r"^lang(uage)?-", "", word) for word in words if re.match(r"\w", word)]
