"""`tf.log(x)`: names of TensorFlow 1 under those of TensorFlow 2, by TensorFlow's own tables and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.renamed.failing import Called, Missing, called, missing
from dlexamples.repair.tensorflow1.graph import builds_a_graph, tensorflow_path
from dlexamples.repair.tensorflow1.upgrade import (
    COMPAT,
    in_v1,
    in_v2,
    keywords,
    needs_thought,
    replacement,
    same_places,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

SCRIPT = "TensorFlow's upgrade script"


@rule
def tensorflow_renamed(stop: Stop) -> Iterator[Proposal]:
    if isinstance(stop.error, AttributeError) and not builds_a_graph(stop):
        for found in missing(stop):
            made = _renamed(found)
            if made:
                yield made
                return
    elif isinstance(stop.error, TypeError) and "keyword argument" in str(stop.error):
        yield from filter(None, map(_with_new_keywords, called(stop)))


def _renamed(found: Missing) -> Proposal | None:
    path = tensorflow_path(found.stop, found.written)
    old = in_v1(path) if path else live.MISSING
    if old is live.MISSING or not _is_whole(found):
        return None
    root = found.written.partition(".")[0]
    target = replacement(path)
    if target and in_v2(target) is old:
        return _named(found, f"{root}.{target}", f"TensorFlow 2 calls the same function `{root}.{target}`")
    if target and not needs_thought(path) and same_places(old, in_v2(target), path, _positional(found)):
        described = f"{SCRIPT} writes `{root}.{target}`"
        return _named(found, f"{root}.{target}", described, Applicability.UNSAFE)
    described = f"TensorFlow 2 keeps TensorFlow 1's under `{root}.{COMPAT[:-1]}`"
    return _named(found, f"{root}.{COMPAT}{path}", described)


def _is_whole(found: Missing) -> bool:
    """Whether this is all that is written: `tf.gfile` of `tf.gfile.Exists` has no meaning of its own."""
    return not isinstance(found.tree.parents.get(found.node), cst.Attribute)


def _positional(found: Missing) -> int:
    call = found.tree.parents.get(found.node)
    is_called = isinstance(call, cst.Call) and call.func is found.node
    return sum(argument.keyword is None for argument in call.args) if is_called and isinstance(call, cst.Call) else 0


def _named(found: Missing, text: str, description: str, applicability: Applicability = Applicability.SAFE) -> Proposal:
    sources = list(found.stop.sources)
    sources[found.stop.at.block] = edit.replace_node(found.tree, found.node, text)
    message = f"`{found.written}` is TensorFlow 1's"
    return Proposal("tensorflow_renamed", "DL202", message, applicability, description, tuple(sources))


def _with_new_keywords(call: Called) -> Proposal | None:
    path = tensorflow_path(call.stop, call.tree.text(call.node.func))
    names = keywords(path) if path else {}
    found = [one.keyword for one in call.node.args if one.keyword and one.keyword.value in names]
    if not found:
        return None
    source = call.tree.source
    for keyword in sorted(found, key=call.tree.start, reverse=True):
        source = source[: call.tree.start(keyword)] + names[keyword.value] + source[call.tree.end(keyword) :]
    sources = list(call.stop.sources)
    sources[call.stop.at.block] = source
    changed = ", ".join(f"`{one.value}` is `{names[one.value]}`" for one in found)
    return Proposal(
        rule="tensorflow_renamed",
        code="DL203",
        message=f"`{call.tree.text(call.node.func)}` takes no `{found[0].value}`",
        applicability=Applicability.SAFE,
        description=f"{changed} since TensorFlow 2.0",
        sources=tuple(sources),
    )
