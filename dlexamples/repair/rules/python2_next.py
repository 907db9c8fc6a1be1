"""`iterator.next()`: Python 2's method, which `next` calls since Python 3.0 (PEP 3114)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import missing_attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def python2_next(stop: Stop) -> Iterator[Proposal]:
    failed = missing_attribute(stop)
    if failed is None or failed.name != "next" or not hasattr(type(failed.owner), "__next__"):
        return
    call = failed.tree.parents[failed.node]
    if not isinstance(call, cst.Call) or call.func is not failed.node or call.args:
        return
    written = f"next({failed.tree.text(failed.node.value)})"
    yield answer(
        stop,
        "python2_next",
        replaced(stop, failed.tree, call, written),
        "iterators have no method `next` in Python 3",
        f"write `{written}`",
        safe=True,
        code="DL202",
        label="Python 2's method",
    )
