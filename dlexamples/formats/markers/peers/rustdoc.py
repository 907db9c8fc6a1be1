"""rustdoc's and mdBook's words: `python,ignore`, `no_run`, `should_panic`, `compile_fail`.

https://doc.rust-lang.org/rustdoc/write-documentation/documentation-tests.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_info
from dlexamples.model import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info

PEER = "rustdoc"
WORDS = {
    "ignore": Marks(skip=f"{PEER}: ignore"),
    "no_run": Marks(no_run=True),
    "should_panic": Marks(raises="Exception"),
    "compile_fail": Marks(raises="SyntaxError"),
}


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    for word, marks in WORDS.items():
        if word in info.flags:
            yield Ask(word, marks)
