"""pytest-examples, as pydantic's documentation uses it: `py test="skip"`, `requires="3.10"`, `#> printed`.

https://github.com/pydantic/pytest-examples; `#>` is compared below a `print` that stands at the margin.
"""

from __future__ import annotations

import ast
import re
from itertools import takewhile
from typing import TYPE_CHECKING

from dlexamples.formats.markers.asks import Ask, Problem
from dlexamples.formats.markers.peers import in_code, in_info
from dlexamples.formats.markers.skips import skip_if
from dlexamples.formats.syntax import parsed
from dlexamples.model import Marks, Place, Printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.formats.info import Info
    from dlexamples.formats.markers.peers import Code
    from dlexamples.model import Block

PEER = "pytest-examples"
SHOWN = re.compile(r"^#> ?", re.MULTILINE)


@in_info(PEER)
def info(info: Info) -> Iterator[Ask | Problem]:
    test, requires = info.attributes.get("test", ""), info.attributes.get("requires", "")
    if test.startswith("skip"):
        reason = test.removeprefix("skip").strip(" -:")
        yield Ask(f'test="{test}"', Marks(skip=reason or f'{PEER}: test="{test}"'))
    version = re.fullmatch(r"(\d+)\.(\d+)", requires)
    if version:
        condition = f"sys.version_info < ({version[1]}, {version[2]})"
        yield from skip_if(f'requires="{requires}"', condition, f"{PEER}: requires Python {requires}")
    if "group" in info.attributes:
        group = info.attributes["group"]
        yield Ask(f'group="{group}"', Marks(session=group))


@in_code(PEER)
def code(code: Code) -> Iterator[Ask | Problem]:
    block = code.block
    # In an interpreter session such comments stand for its output.
    if "#>" not in block.source or block.interactive or not SHOWN.search(block.source):
        return
    printed = tuple(_printed(block))
    if printed:
        yield Ask("#>", printed=printed)


def _printed(block: Block) -> Iterator[Printed]:
    rows = block.source.split("\n")
    tree = parsed(block.source)
    for statement in tree.body if tree else ():
        match statement:
            case ast.Expr(ast.Call(func=ast.Name("print")), end_lineno=int(end)):
                shown = list(takewhile(SHOWN.match, rows[end:]))
                if shown:
                    text = "".join(f"{SHOWN.sub('', row, count=1)}\n" for row in shown)
                    last = end + len(shown)
                    yield Printed(statement.lineno, text, block.span(Place(0, end + 1, 0, last, len(shown[-1]))))
