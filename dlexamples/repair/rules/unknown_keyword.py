"""`Adam(params, learning_rate=0.1)`, `Dense(8, activaton="relu")`: a keyword that the call does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import edit, live, rule
from dlexamples.repair.invented import library
from dlexamples.repair.invented.calling import called, failed_call, home_of, is_the_posts
from dlexamples.repair.invented.keywords import Keywords, Refused, changed, described, hint, keywords_of
from dlexamples.repair.invented.spelling import normal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from dlexamples.model import Stop


@rule
def unknown_keyword(stop: Stop) -> Iterator[Proposal]:
    if not isinstance(stop.error, (TypeError, ValueError, AttributeError)):
        return
    tree = edit.parse(stop.sources[stop.at.block])
    call = failed_call(stop, tree) if tree else None
    function = called(stop, tree, call) if tree and call else live.MISSING
    is_own = function is not live.MISSING and home_of(function) == "__main__"
    if tree is None or call is None or (is_the_posts(function) and not is_own):
        return
    found = keywords_of(tree, call, function, str(stop.error), library.root(home_of(function)))
    if found is None or (is_own and not _is_spelling_alone(found)):
        return
    if not found.refused:
        yield _proposal(stop, tree, call, found, is_own=is_own)
    elif reasons := list(filter(None, (_reason(one, function) for one in found.refused))):
        yield _refusal(stop, tree, call, found, reasons)


def _is_spelling_alone(found: Keywords) -> bool:
    """Whether the keywords are those of the signature but for plurals, case and underscores: the author's own names
    mean what the author says."""
    others = found.dropped or found.refused
    return not others and all(normal(one.keyword) == normal(one.parameter) for one in found.renamed)


def _proposal(stop: Stop, tree: edit.Tree, call: cst.Call, found: Keywords, *, is_own: bool) -> Proposal:
    blocks = list(stop.sources)
    blocks[stop.at.block] = changed(tree.source, found.changes)
    is_guess = is_own or any(one.is_guess for one in found.renamed)
    refused = [*(one.keyword for one in found.renamed), *(one.keyword for one in found.dropped)]
    return Proposal(
        rule="unknown_keyword",
        code="DL203",
        message=_refuses(tree, call, refused),
        applicability=Applicability.UNSAFE if is_guess else Applicability.SAFE,
        description=described(found, "the post's own" if is_own else "the installed"),
        sources=tuple(blocks),
        label="no such parameter",
    )


def _refusal(stop: Stop, tree: edit.Tree, call: cst.Call, found: Keywords, reasons: list[str]) -> Proposal:
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


def _reason(refused: Refused, function: Any) -> str:
    """What would do, or which parameters are like it; '' where there is nothing to tell."""
    if said := hint(library.root(home_of(function)), refused.keyword):
        return said
    if refused.candidates:
        listed = ", ".join(f"`{name}`" for name in refused.candidates)
        return f"nothing tells that `{refused.keyword}` is {listed}"
    return ""


def _refuses(tree: edit.Tree, call: cst.Call, keywords: list[str]) -> str:
    """`Adam` takes no `learning_rate` and no `epsilon`."""
    single = [word for keyword in keywords for word in keyword.split("`, `")]
    return f"`{tree.text(call.func)}` takes no {' and no '.join(f'`{word}`' for word in single)}"
