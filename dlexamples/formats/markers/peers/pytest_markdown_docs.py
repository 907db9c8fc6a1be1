"""pytest-markdown-docs: `python notest`, `python continuation fixture:x`, `{/* pmd-metadata: notest */}`.

https://github.com/modal-labs/pytest-markdown-docs; fixtures and runners are not supplied.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_comment, in_info
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dlexamples.formats.info import Info
    from dlexamples.formats.markers.peers import Note

PEER = "pytest-markdown-docs"
WORD = re.compile(r"notest|continuation|(fixture|retry|runner):\S+")


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    yield from _words(word for word in info.words if word in info.flags)


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    if note.text.startswith("pmd-metadata:"):
        yield from _words(note.text.split()[1:])


def _words(words: Iterable[str]) -> Iterator[Ask]:
    for word in words:
        if WORD.fullmatch(word):
            yield Ask(word, Marks(skip=f"{PEER}: notest") if word == "notest" else Marks())
