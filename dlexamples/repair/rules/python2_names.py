"""A builtin of Python 2: https://docs.python.org/3/whatsnew/3.0.html"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

NOW = {"xrange": "range", "raw_input": "input", "unicode": "str", "unichr": "chr", "long": "int", "basestring": "str"}


@rule
def python2_names(stop: Stop) -> Iterator[Proposal]:
    """Every use in the block that stopped."""
    name = stop.error.name if isinstance(stop.error, NameError) else None
    tree = edit.parse(stop.sources[stop.at.block]) if name in NOW else None
    if tree is None or name is None:
        return
    source = tree.source
    for node in sorted(edit.within(tree.module, cst.Name), key=tree.start, reverse=True):
        if node.value == name and not isinstance(tree.parents[node], cst.Attribute):
            source = source[: tree.start(node)] + NOW[name] + source[tree.end(node) :]
    yield Proposal(
        rule="python2_names",
        code="DL202",
        message=f"`{name}` is a builtin of Python 2",
        applicability=Applicability.SAFE,
        description=f"`{NOW[name]}` is its name since Python 3.0",
        sources=(*stop.sources[: stop.at.block], source, *stop.sources[stop.at.block + 1 :]),
    )
