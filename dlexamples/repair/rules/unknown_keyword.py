"""`Adam(params, learning_rate=0.1)`, `Dense(8, activaton="relu")`: a keyword that the call does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, library, live, rule
from dlexamples.repair.keywords import Keywords, Refused, changed, hint, keywords_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop


@rule
def unknown_keyword(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, (TypeError, ValueError, AttributeError)):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    call = failed_call(stop, tree) if tree else None
    function = called(stop, tree, call) if tree and call else live.MISSING
    if tree is None or call is None or is_the_posts(function):
        return
    found = keywords_of(tree, call, function, str(stop.error))
    if found is None:
        return
    yield _refusal(stop, tree, call, found) if found.refused else _proposal(stop, tree, call, found)


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
    return function is live.MISSING or _home(function) in ("__main__", "builtins", "")


def _home(function: Any) -> str:
    owner = getattr(function, "__self__", None)
    for one in (function, type(owner)):
        home = getattr(one, "__module__", None)
        if isinstance(home, str) and home != "builtins":
            return home
    return getattr(owner, "__name__", "")


def _proposal(stop: Stop, tree: edit.Tree, call: cst.Call, found: Keywords) -> Proposal:
    blocks = list(stop.sources)
    blocks[stop.at.block] = changed(tree.source, found.changes)
    is_guess = any(one.is_guess for one in found.renamed)
    return Proposal(
        rule="unknown_keyword",
        code="DL203",
        message=_refuses(tree, call, [one.keyword for one in found.renamed]),
        applicability=Applicability.UNSAFE if is_guess else Applicability.SAFE,
        description="; ".join(one.told for one in found.renamed),
        sources=tuple(blocks),
        label="no such parameter",
    )


def _refusal(stop: Stop, tree: edit.Tree, call: cst.Call, found: Keywords) -> Proposal:
    package = library.root(_home(called(stop, tree, call))).replace("tensorflow", "keras")
    reasons = [_reason(one, package) for one in found.refused]
    return Proposal(
        rule="unknown_keyword",
        code="DL203",
        message=f"{_refuses(tree, call, [one.keyword for one in found.refused])}; no fix is offered: "
        + "; ".join(reasons),
        applicability=Applicability.DISPLAY,
        description="write what the call takes",
        sources=stop.sources,
        label="no such parameter",
        final=True,
    )


def _reason(refused: Refused, package: str) -> str:
    if said := hint(package, refused.keyword):
        return said
    if refused.candidates:
        listed = ", ".join(f"`{name}`" for name in refused.candidates)
        return f"nothing tells that `{refused.keyword}` is {listed}"
    return f"no parameter is like `{refused.keyword}`"


def _refuses(tree: edit.Tree, call: cst.Call, keywords: list[str]) -> str:
    """`Adam` takes no `learning_rate` and no `epsilon`."""
    single = [word for keyword in keywords for word in keyword.split("`, `")]
    return f"`{tree.text(call.func)}` takes no {' and no '.join(f'`{word}`' for word in single)}"
