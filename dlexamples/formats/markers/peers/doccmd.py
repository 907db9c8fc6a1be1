"""doccmd: `<!--- skip doccmd[all]: next -->`, `group doccmd[all]: start` … `end`.

https://github.com/adamtheturtle/doccmd; other names than `all` are for one of the author's tools, a linter as a rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem, Reach
from dlexamples.formats.markers.peers import in_comment
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.markers.peers import Note

PEER = "doccmd"
COMMAND = re.compile(r"(skip|group) doccmd\[([^\]]+)\]:\s*(next|start|end)")
REACH = {"next": Reach.NEXT_CODE, "start": Reach.START, "end": Reach.END}


@in_comment(PEER)
def comment(note: Note) -> Iterator[Ask | Problem]:
    found = COMMAND.fullmatch(note.text)
    if not found:
        return
    command, who, edge = found.groups()
    if who != "all" or edge == "end":
        marks = Marks()
    elif command == "skip":
        marks = Marks(skip=f"{PEER}: {note.text}")
    else:
        marks = Marks(session=f"{PEER} group of line {note.comment.line}")
    yield Ask(note.text, marks, REACH[edge], f"{PEER} {command} {who}")
