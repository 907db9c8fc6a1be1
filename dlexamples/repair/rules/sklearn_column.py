"""`regression.fit(x, y)` with one number a sample: scikit-learn takes rows, and says how to make them.

`Reshape your data either using array.reshape(-1, 1) if your data has a single feature …`, of `check_array` in
https://github.com/scikit-learn/scikit-learn/blob/main/sklearn/utils/validation.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.edit import Tree

SAYS = ("Expected 2D array, got 1D array instead", "Expected a 2-dimensional container but got <class 'pandas")
BINDS_TIGHTLY = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


@rule
def sklearn_column(stop: Stop) -> Iterator[Proposal]:
    says = isinstance(stop.error, ValueError) and any(text in str(stop.error) for text in SAYS)
    found = failed_call(stop) if says else None
    if found is None or not found[1].args:
        return
    tree, call = found
    given = call.args[0]
    code = tree.text(given.value)
    written = _rows(code, given.value, live.value_of(stop, code), _features(stop, tree, call))
    if not written or (given.keyword and given.keyword.value != "X"):
        return
    yield answer(
        stop,
        "sklearn_column",
        replaced(stop, tree, given.value, written),
        f"`{tree.text(call.func)}` takes a row for each sample, and `{code}` has one axis",
        f"make rows of it: `{written}`",
        safe=True,
        code="DL301",
        label="one axis",
    )


def _features(stop: Stop, tree: Tree, call: cst.Call) -> int | None:
    """How many numbers a sample had when the estimator was fitted; None for one that is not."""
    estimator = tree.text(call.func.value) if isinstance(call.func, cst.Attribute) else ""
    known = getattr(live.value_of(stop, estimator), "n_features_in_", None)
    return known if isinstance(known, int) and not tree.text(call.func).endswith(".fit") else None


def _rows(code: str, node: cst.BaseExpression, value: Any, features: int | None) -> str:
    """One number a sample, or one sample with as many numbers as the fitted estimator knows; '' for neither."""
    if isinstance(value, list) and isinstance(node, cst.List):
        return f"[{code}]" if value and features == len(value) else ""
    if getattr(value, "ndim", 0) != 1 or not isinstance(node, BINDS_TIGHTLY):
        return ""
    if features not in (None, 1):
        return f"{code}.reshape(1, -1)" if features == len(value) and hasattr(value, "reshape") else ""
    return f"{code}.reshape(-1, 1)" if hasattr(value, "reshape") else f"{code}.to_frame()"
