"""`compile(loss="sparse_categorical_cross_entropy")`: Keras knows the loss, and spells its name otherwise."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, rule
from dlexamples.repair.idioms.answers import answer, with_block
from dlexamples.repair.invented.spelling import Likeness, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

SAID = re.compile(r"Could not interpret (?P<kind>\w+)(?: function| object)? identifier: (?P<name>\w+)\.?\s*$")
MODULES = {
    "activation": "activations",
    "constraint": "constraints",
    "initializer": "initializers",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "regularizer": "regularizers",
}


@rule
def keras_identifier(stop: Stop) -> Iterator[Proposal]:
    said = SAID.search(str(stop.error)) if isinstance(stop.error, ValueError) else None
    module = sys.modules.get(f"keras.{MODULES.get(said['kind'], '')}") if said else None
    if said is None or module is None:
        return
    wanted = said["name"]
    known = [name for name, value in vars(module).items() if callable(value) and name != "get"]
    found = {name: how for name in known if (how := likeness(wanted, name)) is not None}
    nearest = min(found.values(), default=Likeness.SAME)
    # A class and a function of one name are one thing to Keras: the form that is written stays.
    near = [name for name, how in found.items() if how is nearest]
    alike = [name for name in near if name.islower() == wanted.islower()] or near
    sites = list(_written(stop, wanted))
    if len(alike) != 1 or len(sites) != 1:
        return
    block, tree, node = sites[0]
    text = f"{node.prefix}{node.quote}{alike[0]}{node.quote}"
    yield answer(
        stop,
        "keras_identifier",
        with_block(stop, block, edit.replace_node(tree, node, text)),
        f"Keras has no {said['kind']} `{wanted}`",
        f"write `{alike[0]}`, as Keras spells it",
        safe=nearest <= Likeness.FORM,
        code="DL203",
    )


def _written(stop: Stop, wanted: str) -> Iterator[tuple[int, edit.Tree, cst.SimpleString]]:
    """Where the post has the name in quotes, up to the block that stopped."""
    for block, source in enumerate(stop.sources[: stop.at.block + 1]):
        tree = edit.parse(source)
        for node in tree.positions if tree else ():
            if tree and isinstance(node, cst.SimpleString) and ast.literal_eval(node.value) == wanted:
                yield block, tree, node
