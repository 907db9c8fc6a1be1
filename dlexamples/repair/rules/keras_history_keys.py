"""`history.history["acc"]`: figures are kept under the names that `compile` gave the metrics, since Keras 2.3."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.keras.literals import literals, written
from dlexamples.repair.renamed.failing import nodes_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dlexamples.model import Stop

SAME = (
    frozenset({"acc", "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}),
    frozenset({"mae", "mean_absolute_error"}),
    frozenset({"mse", "mean_squared_error"}),
    frozenset({"mape", "mean_absolute_percentage_error"}),
    frozenset({"lr", "learning_rate"}),
)
"""Names of one figure each: https://github.com/keras-team/keras/releases/tag/2.3.0."""

VALIDATION = "val_"


@rule
def keras_history_keys(stop: Stop) -> Iterator[Proposal]:
    key = stop.error.args[0] if isinstance(stop.error, KeyError) and stop.error.args else None
    if isinstance(key, str):
        yield from _mended(stop, key, cst.Subscript)
    elif isinstance(stop.error, TypeError) and "NoneType" in str(stop.error):
        yield from _mended(stop, None, cst.Call)


def _mended(stop: Stop, key: str | None, kind: type[cst.CSTNode]) -> Iterator[Proposal]:
    """`key` is None where `logs.get("acc")` gave None: then the literal says it."""
    tree = edit.parse(stop.sources[stop.at.block])
    for node in nodes_at(tree, stop.at, kind) if tree else ():
        assert tree
        found = _figures_of(stop, tree, node)
        if found is None:
            continue
        said, figures = found
        if key not in (None, said) or said in figures:
            continue
        new = _same_figure(said, figures)
        if new:
            yield _renamed(stop, tree, _receiver(tree, node), said, new)
        elif said.startswith(VALIDATION) and not any(name.startswith(VALIDATION) for name in figures):
            yield _refused(stop, said)
        return


def _figures_of(stop: Stop, tree: edit.Tree, node: Any) -> tuple[str, Collection[str]] | None:
    """The key that is asked for and the keys that the training kept, where the node reads figures of a training."""
    literal = next((one for one in literals(tree) if node in tree.ancestors(one)), None)
    figures = live.value_of(stop, _receiver(tree, node)) if literal else None
    if literal is None or not isinstance(figures, dict) or not _is_of_a_training(stop, figures):
        return None
    said = literal.evaluated_value
    return (said, tuple(figures)) if isinstance(said, str) else None


def _is_of_a_training(stop: Stop, figures: dict[str, Any]) -> bool:
    """The dict of a `History` that the session holds, or what a callback is given."""
    keras = sys.modules.get("keras")
    if keras is None or "loss" not in figures:
        return False
    values = list(live.scope(stop).values())
    if any(isinstance(value, keras.callbacks.History) and value.history is figures for value in values):
        return True
    return isinstance(stop.locals.get("self"), keras.callbacks.Callback) and any(
        value is figures for value in stop.locals.values()
    )


def _receiver(tree: edit.Tree, node: cst.Subscript | cst.Call) -> str:
    if isinstance(node, cst.Subscript):
        return tree.text(node.value)
    is_get = isinstance(node.func, cst.Attribute) and node.func.attr.value == "get"
    return tree.text(node.func.value) if is_get and isinstance(node.func, cst.Attribute) else "None"


def _same_figure(key: str, figures: Collection[str]) -> str:
    """The one key that holds the same figure."""
    prefix = VALIDATION if key.startswith(VALIDATION) else ""
    names = next((names for names in SAME if key.removeprefix(prefix) in names), frozenset())
    found = [figure for figure in figures if figure.startswith(prefix) and figure.removeprefix(prefix) in names]
    return found[0] if len(found) == 1 else ""


def _renamed(stop: Stop, tree: edit.Tree, receiver: str, old: str, new: str) -> Proposal:
    """The key where the same expression asks for it in this block, so that one edit does for all."""
    source = tree.source
    for literal in sorted(literals(tree), key=tree.start, reverse=True):
        asking = (one for one in tree.ancestors(literal) if isinstance(one, (cst.Subscript, cst.Call)))
        node = next(asking, None)
        if node is not None and literal.evaluated_value == old and _receiver(tree, node) == receiver:
            source = source[: tree.start(literal)] + written(literal, new) + source[tree.end(literal) :]
    sources = list(stop.sources)
    sources[stop.at.block] = source
    return Proposal(
        rule="keras_history_keys",
        code="DL202",
        message=f"the training kept no `{old}`",
        applicability=Applicability.SAFE,
        description=f"the same figure is kept as `{new}`, the metric's name in `compile` (since Keras 2.3)",
        sources=tuple(sources),
    )


def _refused(stop: Stop, key: str) -> Proposal:
    return Proposal(
        rule="keras_history_keys",
        code="DL202",
        message=f"the training kept no `{key}`: `fit` was given no validation data",
        applicability=Applicability.DISPLAY,
        description="give `fit` `validation_data` or `validation_split`",
        sources=stop.sources,
        final=True,
    )
