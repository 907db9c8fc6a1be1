"""`map(f, x)[0]`, `d.keys()[0]`, `len(zip(a, b))`: Python 2 gave lists.

https://docs.python.org/3/whatsnew/3.0.html#views-and-iterators-instead-of-lists
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.renamed.failing import nodes_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.edit import Tree

SAID = re.compile(r"'(map|zip|filter|dict_keys|dict_values|dict_items)' (?:object is not subscriptable|has no len)")
MAKERS = {"dict_keys": "keys", "dict_values": "values", "dict_items": "items"}


@rule
def python2_lists(stop: Stop) -> Iterator[Proposal]:
    said = SAID.search(str(stop.error)) if isinstance(stop.error, TypeError) else None
    tree = edit.parse(stop.sources[stop.at.block]) if said else None
    if said is None or tree is None:
        return
    maker = MAKERS.get(said[1], said[1])
    used = [
        *(node.value for node in nodes_at(tree, stop.at, cst.Subscript)),
        *(node.args[0].value for node in nodes_at(tree, stop.at, cst.Call) if node.args),
    ]
    for node in used:
        made = _made(tree, node, maker, stop.at.line)
        if made is None:
            continue
        written = f"list({tree.text(made)})"
        yield answer(
            stop,
            "python2_lists",
            replaced(stop, tree, made, written),
            f"`{tree.text(made)}` is no list in Python 3",
            f"make one of it: `{written}`",
            safe=True,
            code="DL204",
            label="no list",
        )
        return


def _made(tree: Tree, node: cst.BaseExpression, maker: str, line: int) -> cst.Call | None:
    """The call that gave what `node` stands for: itself, or what its name was last assigned above."""
    if isinstance(node, cst.Call):
        function = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        return node if isinstance(function, cst.Name) and function.value == maker else None
    if not isinstance(node, cst.Name):
        return None
    above = [
        one
        for one in tree.positions
        if isinstance(one, cst.Assign)
        and tree.line(one) < line
        and [tree.text(target.target) for target in one.targets] == [node.value]
    ]
    last = max(above, key=tree.start, default=None)
    return _made(tree, last.value, maker, line) if last is not None and isinstance(last.value, cst.Call) else None
