"""`torch.cat(a, b)`, `np.concatenate(a, b)`: what puts arrays together takes them in one sequence.

https://docs.pytorch.org/docs/stable/generated/torch.cat.html,
https://numpy.org/doc/stable/reference/generated/numpy.concatenate.html
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, with_block
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.invented import library
from dlexamples.repair.invented.calling import home_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.edit import Tree

JOINING = {"cat", "column_stack", "concat", "concatenate", "dstack", "hstack", "stack", "vstack"}
"""Of torch, NumPy and TensorFlow."""
LIBRARIES = {"torch", "numpy", "tensorflow"}


@rule
def sequence_of_arrays(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, (TypeError, ValueError)) else None
    if found is None:
        return
    tree, call = found
    function = live.value_of(stop, tree.text(call.func))
    if function is live.MISSING or getattr(function, "__name__", "") not in JOINING:
        return
    arrays = list(takewhile(lambda argument: _is_array(stop, tree, argument), call.args))
    if len(arrays) < 2 or library.root(home_of(function)) not in LIBRARIES:
        return
    start, end = tree.start(arrays[0]), tree.end(arrays[-1].value)
    written = f"[{tree.source[start:end]}]"
    yield answer(
        stop,
        "sequence_of_arrays",
        with_block(stop, stop.at.block, tree.source[:start] + written + tree.source[end:]),
        f"`{tree.text(call.func)}` takes the arrays in one sequence, and is given {len(arrays)} arguments",
        f"put them into a list: `{written}`",
        safe=True,
        code="DL203",
        label="no sequence",
    )


def _is_array(stop: Stop, tree: Tree, argument: cst.Arg) -> bool:
    value = live.value_of(stop, tree.text(argument.value))
    return not argument.keyword and not argument.star and len(getattr(value, "shape", ())) > 0
