"""`SVC(kernel="RBF")`, `pipeline("sentiment_analysis")`: the exception lists what is taken, and one of it is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.invented.spelling import Likeness, likeness
from dlexamples.repair.renamed.failing import nodes_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

QUOTED = re.compile(r"""(['"`])([\w .+-]{1,60}?)\1""")
BARE = re.compile(r"(?<=[|,:]) *([\w-]+) *(?=[|,(]|$)")
"""torch's `for the modes: nearest | linear | bilinear`."""


@rule
def listed_value(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, (ValueError, TypeError, KeyError, NotImplementedError, RuntimeError)):
        return
    message = str(stop.error.args[0]) if isinstance(stop.error, KeyError) and stop.error.args else str(stop.error)
    listed = dict.fromkeys([text for _, text in QUOTED.findall(message)] + BARE.findall(message))
    tree = edit.parse(stop.sources[stop.at.block]) if len(listed) > 1 else None
    for node in nodes_at(tree, stop.at, cst.SimpleString) if tree else ():
        assert tree
        written = node.evaluated_value
        if not isinstance(written, str) or written not in message:
            continue
        alike = [text for text in listed if text != written and likeness(_name(written), _name(text)) is Likeness.FORM]
        if len(alike) != 1:
            continue
        text = f"{node.prefix}{node.quote}{alike[0]}{node.quote}"
        yield answer(
            stop,
            "listed_value",
            replaced(stop, tree, node, text),
            f"`{written!r}` is none of the values that are taken",
            f"write `{alike[0]!r}`, which the exception lists",
            safe=True,
            code="DL203",
            label="not taken",
        )
        return


def _name(text: str) -> str:
    return re.sub(r"[ .+-]", "_", text)
