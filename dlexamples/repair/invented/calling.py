"""The call that failed, and what it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.repair import edit, live

if TYPE_CHECKING:
    import libcst as cst

    from dlexamples.model import Stop


def failed_call(stop: Stop, tree: edit.Tree) -> cst.Call | None:
    """The call at the place: the one that covers just this, else the innermost with keywords."""
    calls = [call for call in edit.calls_at(tree, stop.at) if any(argument.keyword for argument in call.args)]
    for call in calls:
        span = tree.positions[call]
        if (span.start.line, span.start.column, span.end.line, span.end.column) == (
            stop.at.line, stop.at.column, stop.at.end_line, stop.at.end_column,
        ):  # fmt: skip
            return call
    return calls[-1] if calls else None


def called(stop: Stop, tree: edit.Tree, call: cst.Call) -> Any:
    """What is called; of a layer of torch, what takes its arguments."""
    function = live.value_of(stop, tree.module.code_for_node(call.func))
    return function.forward if live.is_module(function) else function


def is_the_posts(function: Any) -> bool:
    """Whether it is not known, or the post's own, whose parameters are the author's to name."""
    return function is live.MISSING or home_of(function) in ("__main__", "builtins", "")


def home_of(function: Any) -> str:
    owner = getattr(function, "__self__", None)
    for one in (function, type(owner)):
        home = getattr(one, "__module__", None)
        if isinstance(home, str) and home != "builtins":
            return home
    return getattr(owner, "__name__", "")
