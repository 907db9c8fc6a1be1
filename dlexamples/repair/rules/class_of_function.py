"""`keras.losses.MSE()`: the function wants its arguments, and the object that calls it later is of a class beside it.

Keras's losses and metrics are there in both forms, under one name: https://keras.io/api/losses/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.invented.spelling import normal
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

MISSING_ARGUMENTS = re.compile(r"missing \d+ required (?:positional )?arguments?")


@rule
def class_of_function(stop: Stop) -> Iterator[Proposal]:
    lacks = isinstance(stop.error, TypeError) and MISSING_ARGUMENTS.search(str(stop.error))
    found = failed_call(stop) if lacks else None
    if found is None or not isinstance(found[1].func, cst.Attribute):
        return
    tree, call = found
    assert isinstance(call.func, cst.Attribute)
    if any(argument.keyword is None for argument in call.args):
        return
    module = live.value_of(stop, tree.text(call.func.value))
    function = live.value_of(stop, tree.text(call.func))
    if module is live.MISSING or not callable(function) or isinstance(function, type):
        return
    keywords = [argument.keyword.value for argument in call.args if argument.keyword]
    classes = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and normal(name) == normal(function.__name__) and accepts(value, 0, keywords)
    }
    if len(set(classes.values())) != 1:
        return
    name = min(classes)
    written = f"{tree.text(call.func.value)}.{name}"
    yield answer(
        stop,
        "class_of_function",
        replaced(stop, tree, call.func.attr, name),
        f"`{tree.text(call.func)}` is the function `{function.__name__}`, which takes its arguments at once",
        f"make an object that is called later: `{written}`",
        code="DL203",
        label="a function",
    )
