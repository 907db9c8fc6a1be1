"""A loss or an optimizer that a variable names: a table of the names that the session uses.

The table is looked up with the author's own expression, so every run of the place gets what it asks for; a name
that the session does not hold is a KeyError, never another's loss.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.torch_training.contract import are_two_scores
from dlexamples.repair.torch_training.given import strings_given, strings_in
from dlexamples.repair.torch_training.objective import (
    Piece,
    is_binary,
    makes,
    named_loss,
    named_optimizer,
    optimizer_piece,
    value_piece,
)
from dlexamples.repair.torch_training.refusal import CannotMend
from dlexamples.repair.torch_training.repeats import is_fixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlexamples.model import Stop
    from dlexamples.repair.torch_training.call import KerasCall
    from dlexamples.repair.torch_training.probe import Sample

LONG = 72


def loss_of(call: KerasCall, code: str, sample: Sample | None = None) -> Piece:
    """The loss that an argument of `compile` means for the call's model and data. Raises CannotMend."""
    name = live.value_of(call.stop, code)
    if not isinstance(name, str):
        return value_piece(call.stop, code)
    if is_fixed(call, code):
        if is_binary(name) and are_two_scores(sample):
            made = named_loss("cross_entropy", call.module)
            why = "the model gives two values a row for one 0/1 label, so they are taken for the scores of two classes"
            return replace(made, note="; ".join(filter(None, (why, made.note))))
        return named_loss(name, call.module)
    return _choice(call.stop, code, name, lambda text: named_loss(text, call.module))


def optimizer_of(call: KerasCall, code: str, rate: str = "") -> Piece:
    """The optimizer that an argument of `compile` means, over the receiver's parameters. Raises CannotMend."""
    name = live.value_of(call.stop, code)
    if not isinstance(name, str):
        return optimizer_piece(call.stop, code, call.receiver, call.module, rate)
    if is_fixed(call, code):
        return named_optimizer(name, call.receiver, rate)
    return _choice(call.stop, code, name, lambda text: named_optimizer(text, call.receiver, rate))


def losses_named(call: KerasCall, code: str) -> tuple[Any, ...]:
    """The losses that the expression may name; those that the session mentions, when that cannot be told."""
    strings = _named(call.stop, code, lambda text: named_loss(text, call.module)).values()
    if strings_given(call.stop.published, code):
        return tuple(piece.value for piece in strings)
    torch = live.torch_module()
    words = {word for source in call.stop.published for word in re.findall(r"\w+", source)}
    classes = [getattr(torch.nn, word)() for word in torch.nn.modules.loss.__all__ if word in words and makes(word)]
    functions = [getattr(torch.nn.functional, word, None) for word in words if word.endswith(("_loss", "_entropy"))]
    return (*(piece.value for piece in strings), *classes, *filter(None, functions))


def _choice(stop: Stop, code: str, name: str, piece: Callable[[str], Piece]) -> Piece:
    """`{"sgd": …, "adam": …}[code]`, alive as `name`; `piece` raises CannotMend for a string that names nothing."""
    pieces = _named(stop, code, piece)
    if name not in pieces:
        raise CannotMend(f"`{code}` is computed, so the names that it takes cannot be told")
    rows = [f'"{key}": {found.code}' for key, found in pieces.items()]
    line = f"{{{', '.join(rows)}}}[{code}]"
    if len(line) > LONG:
        line = "\n".join(["{", *(f"    {row}," for row in rows), f"}}[{code}]"])
    others = tuple(found.value for key, found in pieces.items() if key != name)
    note = "; ".join(dict.fromkeys(found.note for found in pieces.values() if found.note))
    return Piece(line, pieces[name].value, note=note, others=others)


def _named(stop: Stop, code: str, piece: Callable[[str], Piece]) -> dict[str, Piece]:
    """What each string names that the expression is given, or that the session holds, in the order of the text."""
    texts = strings_given(stop.published, code) or strings_in(stop.published)
    pieces = ((text, _piece_or_none(text, piece)) for text in texts)
    return {text: found for text, found in pieces if found}


def _piece_or_none(text: str, piece: Callable[[str], Piece]) -> Piece | None:
    try:
        return piece(text)
    except CannotMend:
        return None
