"""phmdoctest: `<!--phmdoctest-skip-->`, `<!--phmdoctest-mark.skipif<3.8-->`, `<!--phmdoctest-clear-names-->`.

https://phmdoctest.readthedocs.io; a fence without an info string is its output to phmdoctest, and is compared by us
only where a marker of another kind asks for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, MarkerError, Problem, Reach
from dlexamples.formats.markers.peers import in_comment
from dlexamples.formats.markers.skips import pytest_mark, skip_if
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.markers.peers import Note

PEER = "phmdoctest"
DIRECTIVE = re.compile(r"phmdoctest-(\S+)(?:[ \t]+(.*))?", re.DOTALL)
SKIPIF = re.compile(r"mark\.skipif<(\d+)\.(\d+)")


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    found = DIRECTIVE.fullmatch(note.text)
    if not found:
        return
    text, directive = note.text, found[1]
    older = SKIPIF.fullmatch(directive)
    if older:
        condition = f"sys.version_info < ({older[1]}, {older[2]})"
        yield from skip_if(text, condition, f"{PEER}: requires Python {older[1]}.{older[2]}")
    elif directive.startswith("mark."):
        yield from pytest_mark(text, directive.removeprefix("mark."), f"{PEER}: {directive}")
    elif directive == "skip":
        yield Ask(text, Marks(skip=f"{PEER}: skip"))
    elif directive == "clear-names":
        # The names are gone once its own block has run.
        yield Ask(text, Marks(clears=True), Reach.AFTER_NEXT)
    elif directive in {"label", "setup", "teardown", "share-names"}:
        yield Ask(text)
    else:
        raise MarkerError(f"{PEER} has no directive `{directive}`")
