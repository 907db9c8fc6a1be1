"""`Convolution2D(32, 3, 3, border_mode="same")`: Keras 1 took the kernel's sides one by one.

The second of them would be taken for the strides, without a word, once the other arguments have their new names: both
change together. https://github.com/keras-team/keras/releases/tag/2.0.0
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import live, rule
from dlexamples.repair.renamed.arguments import keyword_argument, replaced, span_of
from dlexamples.repair.renamed.failing import Called, called
from dlexamples.repair.renamed.keywords import new_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from dlexamples.model import Stop

SIDES = {2: ("nb_row", "nb_col"), 3: ("kernel_dim1", "kernel_dim2", "kernel_dim3")}
"""Keras 1's parameters behind the number of filters, by the number of dimensions."""


@rule
def keras_convolutions(stop: Stop) -> Iterator[Proposal]:
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(stop.error, (TypeError, ValueError)):
        return
    for call in called(stop):
        if not isinstance(call.function, type) or not issubclass(call.function, keras.layers.Layer):
            continue
        sides = _sides(call)
        if sides is not None:
            yield from _mended(stop, call, sides)
        return


def _sides(call: Called) -> list[cst.Arg] | None:
    """The arguments that say the kernel's sides one by one; None where the call has another form."""
    found = re.fullmatch(r"(?:Separable)?Conv(\d)D", call.function.__name__)
    names = SIDES.get(int(found[1])) if found else None
    if names is None:
        return None
    positional = [one for one in call.node.args if one.keyword is None and not one.star]
    named = [keyword_argument(call.node, name) for name in names]
    given = [one for one in named if one is not None]
    sides = given if len(given) == len(names) else positional[1:]
    values = [live.value_of(call.stop, call.tree.text(one.value)) for one in sides]
    return sides if len(sides) == len(names) and all(isinstance(value, int) for value in values) else None


def _mended(stop: Stop, call: Called, sides: list[cst.Arg]) -> Iterator[Proposal]:
    found = new_arguments(stop, call)
    if found is None and sides[0].keyword is None:
        return
    first, last = sides[0], sides[-1]
    size = f"({', '.join(call.tree.text(one.value) for one in sides)})"
    size = f"kernel_size={size}" if first.keyword else size
    spans = [(call.tree.start(first), call.tree.end(last), size)]
    if first.keyword:
        start, end = call.tree.start(first), call.tree.end(first)
        spans = [(start, end, size), *((*span_of(call.tree, call.node, one), "") for one in sides[1:])]
    if found is not None and found.refused:
        return
    olds = ", ".join(call.tree.text(one) for one in sides) + (f", {found.olds}" if found else "")
    news = size + (f", {found.news}" if found else "")
    sources = list(stop.sources)
    sources[stop.at.block] = replaced(call.tree.source, [*spans, *(found.spans if found else ())])
    yield Proposal(
        rule="keras_convolutions",
        code="DL203",
        message=f"`{olds}` are arguments of Keras 1",
        applicability=Applicability.SAFE,
        description=f"`{news}` is the same since Keras 2.0",
        sources=tuple(sources),
    )
