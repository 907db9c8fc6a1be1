"""`Input(shape=1)`: Keras takes a shape as a tuple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.spelling import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

CALLED = {"keras.Input": "shape", "keras.layers.InputLayer": "shape", "keras.layers.Reshape": "target_shape"}
"""What takes a shape, and as what; it is the first argument of each."""


@rule
def shape_is_no_tuple(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop)
    if found is None or not isinstance(stop.error, (TypeError, ValueError)) or resolved("keras") is live.MISSING:
        return
    tree, call = found
    function = live.value_of(stop, tree.module.code_for_node(call.func))
    name = next((name for path, name in CALLED.items() if resolved(path) is function), "")
    for position, argument in enumerate(call.args if name else ()):
        is_shape = argument.keyword.value == name if argument.keyword else position == 0
        code = tree.text(argument.value)
        value = live.value_of(stop, code)
        if is_shape and isinstance(value, int) and not isinstance(value, bool):
            yield answer(
                stop,
                "shape_is_no_tuple",
                replaced(stop, tree, argument.value, f"{code}," if argument.value.lpar else f"({code},)"),
                f"`{code}` is a number, and `{tree.text(call.func)}` takes a tuple for a shape",
                f"write `({code},)`",
                safe=True,
                code="DL203",
                label="a number, and no tuple",
            )
