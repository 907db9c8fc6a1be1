"""Hugging Face's doc-builder: `py runnable:test_x`, `# runnable: …`, `# doc-builder: hide`.

https://github.com/huggingface/doc-builder; hidden lines run, and every block of a post is run here, so that nothing
of it changes how.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_code, in_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info
    from dlexamples.formats.markers.peers import Code

PEER = "doc-builder"
LINE = re.compile(r"#\s*(runnable:[ \t]*\S*|doc-builder:[ \t]*[\w-]+)")


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    for word in sorted(info.flags):
        if re.fullmatch(r"runnable(:\S+)?", word):
            yield Ask(word)


@in_code(PEER)
def code(code: Code) -> Iterator[Ask | Problem]:
    published = code.block.published
    if "runnable:" in published or "doc-builder:" in published:
        yield from (Ask(text) for text in dict.fromkeys(LINE.findall(published)))
