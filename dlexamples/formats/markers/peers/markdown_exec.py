"""markdown-exec: `python exec="on" session="s"`. https://pawamoy.github.io/markdown-exec/usage/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_info
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info

PEER = "markdown-exec"
OFF = {"no", "off", "false", "0"}


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    execute = info.attributes.get("exec")
    if execute is None:
        return
    text = f'exec="{execute}"'
    yield Ask(text, Marks(skip=f"{PEER}: {text}") if execute.lower() in OFF else Marks())
    if session := info.attributes.get("session"):
        yield Ask(f'session="{session}"', Marks(session=session))
