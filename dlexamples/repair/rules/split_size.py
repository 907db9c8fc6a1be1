"""`train_test_split(X, y, 0.2)`: what stands third is taken for more data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def split_size(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, (TypeError, ValueError)) else None
    if found is None:
        return
    tree, call = found
    # To look it up in scikit-learn would import it.
    split = getattr(sys.modules.get("sklearn.model_selection"), "train_test_split", live.MISSING)
    if split is live.MISSING or live.value_of(stop, tree.module.code_for_node(call.func)) is not split:
        return
    positional = [argument for argument in call.args if argument.keyword is None and not argument.star]
    if len(positional) < 2 or any(a.keyword and a.keyword.value == "test_size" for a in call.args):
        return
    last = positional[-1].value
    value = live.value_of(stop, tree.text(last))
    if not isinstance(value, float) or not 0 < value < 1:
        return
    code = f"test_size={tree.text(last)}"
    yield answer(
        stop,
        "split_size",
        replaced(stop, tree, last, code),
        "`train_test_split` takes any number of arrays, and its options by name",
        f"write `{code}`, which is what a part of 1 can be",
        safe=True,
        code="DL203",
        label=f"`{tree.text(last)}` is taken for data",
    )
