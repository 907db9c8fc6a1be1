"""`fig, ax = plt.subplot(1, 2)`: the library has two functions of nearly one name, and the call fits the other."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.invented.spelling import Likeness, likeness
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def other_of_two_names(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    if found is None or not isinstance(found[1].func, cst.Attribute):
        return
    tree, call = found
    assert isinstance(call.func, cst.Attribute)
    module = live.value_of(stop, tree.text(call.func.value))
    if not isinstance(module, ModuleType) or any(argument.star for argument in call.args):
        return
    written, own = call.func.attr.value, getattr(module, call.func.attr.value, None)
    positional = sum(argument.keyword is None for argument in call.args)
    keywords = [argument.keyword.value for argument in call.args if argument.keyword]
    for name, value in vars(module).items():
        is_other = callable(value) and isinstance(value, type) is isinstance(own, type) and value is not own
        if is_other and likeness(written, name) is Likeness.FORM and accepts(value, positional, keywords):
            yield answer(
                stop,
                "other_of_two_names",
                replaced(stop, tree, call.func.attr, name),
                f"`{tree.text(call.func)}` does not take these arguments, and `{name}` beside it does",
                f"write `{tree.text(call.func.value)}.{name}`",
                code="DL203",
                label="takes other arguments",
            )
