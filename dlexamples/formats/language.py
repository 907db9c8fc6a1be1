"""Which language a block is in, and why: the info string decides, and without one the text does."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.broken import Reading, broken
from dlexamples.formats.info import Info, parse_info
from dlexamples.formats.substance import looks_like, substance
from dlexamples.formats.syntax import parsed, syntax_error

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Language(NamedTuple):
    """A block's language, the reason for the author, and the compiler's message for Python that does not compile."""

    name: str
    why: str
    syntax_error: str = ""


PYTHON = re.compile(r"(py|python|ipython|jupyter|pyodide)[23]?(\.\d+)*|(jupyter|pyodide)-python|marimo")
SESSION = {"pycon", "pycon3", "python-repl", "python-console", "ipython-console", "ipythonconsole", "doctest"}
OUTPUT = {"out", "output", "result", "results", "stdout", "stderr"}
NEUTRAL = {"bash", "cmd", "code", "console", "no-highlight", "nohighlight", "none", "plain", "plaintext", "plain-text"}
NEUTRAL |= {"sh", "shell", "terminal", "text", "txt", "zsh"}
"""Labels that authors put on Python for want of a better one."""
FRAMEWORKS = re.compile(r"\b(python|pytorch|torch|tensorflow|keras|jax|flax|numpy|pandas|scikit-learn|sklearn)\b", re.I)


def classify(info: str, source: str, heading: Sequence[str], bound: Collection[str] = ()) -> Language:
    """The language of a block under these headings, after blocks that bind these names, before any dialect is
    read."""
    reading = labelled(parse_info(info)) or unlabelled(source, heading, bound)
    if reading.language != "python":
        return Language(reading.language, reading.why)
    return Language("python", reading.why, syntax_error(source))


def labelled(info: Info) -> Reading | None:
    """What the info string says; nothing when it names no language."""
    name = info.language
    if not name:
        return None
    spoken = any(word.lower().endswith(name) for word in info.words)
    said = f"the info string says {name if spoken else info.directive}"
    if name in SESSION:
        return Reading("pycon", f"{said}, an interpreter session")
    if not PYTHON.fullmatch(name):
        return Reading(name, said)
    # `title="x" result`: what stands among attributes is theirs.
    shown = next((word for word in (info.classes if info.attributes else info.words) if word.lower() in OUTPUT), "")
    if shown:
        return Reading("text", f"{said} {shown}, what a program printed")
    return Reading("python", said)


def unlabelled(source: str, heading: Sequence[str], bound: Collection[str] = ()) -> Reading:
    """The language of a text under these headings, after blocks that bind these names."""
    reading = read(source, heading, bound)
    return reading._replace(why=f"no info string; {reading.why}")


def read(source: str, heading: Sequence[str], bound: Collection[str] = ()) -> Reading:
    """As `unlabelled`, without a word about the info string."""
    try:
        return _read(source, heading, bound)
    except RecursionError:
        return Reading("text", "it is nested too deeply to be read")


def _read(source: str, heading: Sequence[str], bound: Collection[str]) -> Reading:
    if not source.strip():
        return Reading("text", "it is empty")
    if _is_json(source):
        return Reading("json", "it is JSON")
    tree = parsed(source)
    if tree is None:
        return broken(source, _hinted(heading))
    if not tree.body:
        return Reading("text", "it holds nothing but comments")
    does = substance(tree.body)
    if not does:
        return Reading("text", "it parses as Python but holds only names and literals, as program output does")
    looks = looks_like(tree, source, _hinted(heading), bound)
    if looks:
        return Reading("text", f"it parses as Python but {looks}")
    return Reading("python", f"it parses as Python and {does}")


def _is_json(source: str) -> bool:
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _hinted(heading: Sequence[str]) -> bool:
    return bool(heading and FRAMEWORKS.search(heading[-1]))


def near_miss(info: Info, source: str, heading: Sequence[str], bound: Collection[str]) -> str:
    """Why a block that is in another language than Python may be meant as Python; empty when nothing says so."""
    name = info.language
    if name and _is_misspelt(name):
        return f"`{name}` may be a slip for `python`"
    if name in NEUTRAL or (FRAMEWORKS.fullmatch(name) and not PYTHON.fullmatch(name)):
        prompted = "".join(f"{code}\n" for code in re.findall(r"^ *>>> (.*)", source, re.MULTILINE)[:1])
        if prompted.strip() and parsed(prompted) is not None:
            return f"it has an interpreter's prompts, and is labelled {name}"
        reading = read(source, heading, bound)
        return f"{reading.why}, and is labelled {name}" if reading.language == "python" else ""
    return ""


def _is_misspelt(name: str) -> bool:
    """`pyhton`, `pytohn`, `phyton3`; Cython, Jython and Brython are languages."""
    bare = name.rstrip("0123456789.")
    return name[0] == "p" and bare != "python" and SequenceMatcher(None, bare, "python").ratio() >= 0.8
