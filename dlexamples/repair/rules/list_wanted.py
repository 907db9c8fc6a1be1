"""`compile(metrics="accuracy")`: the exception says that the argument has to be a list, and it is one thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

WANTED = re.compile(r"[`'\"](?P<name>\w+)[`'\"](?: argument| parameter)?[^.]{0,40}\blist\b")
"""`Expected `metrics` argument to be a list, tuple, or dict.`"""


@rule
def list_wanted(stop: Stop) -> Iterator[Proposal]:
    wanted = WANTED.search(str(stop.error)) if isinstance(stop.error, (TypeError, ValueError)) else None
    found = failed_call(stop) if wanted else None
    if wanted is None or found is None:
        return
    tree, call = found
    for argument in call.args:
        if argument.keyword is None or argument.keyword.value != wanted["name"]:
            continue
        code = tree.text(argument.value)
        if not isinstance(live.value_of(stop, code), (str, int, float)) or isinstance(argument.value, cst.Tuple):
            return
        yield answer(
            stop,
            "list_wanted",
            replaced(stop, tree, argument.value, f"[{code}]"),
            f"`{tree.text(call.func)}` takes a list for `{wanted['name']}`, and `{code}` is none",
            f"put it into one: `{wanted['name']}=[{code}]`",
            safe=True,
            code="DL203",
            label="no list",
        )
