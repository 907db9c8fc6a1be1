"""A name, an argument or a value that the installed library no longer has, by the rows of `repair/tables`."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.renamed import arguments, template
from dlexamples.repair.renamed.failing import Called, Missing, called, missing, says
from dlexamples.repair.renamed.imported_calls import with_calls
from dlexamples.repair.renamed.imports import Imported, edited, failing_imports
from dlexamples.repair.renamed.keywords import new_arguments, quoted
from dlexamples.repair.renamed.proposals import exists, proposal, refusal, replaced
from dlexamples.repair.renamed.resolve import resolve
from dlexamples.repair.renamed.results import used_part
from dlexamples.repair.renamed.spelling import spelled
from dlexamples.repair.renamed.unused_imports import without_unused
from dlexamples.repair.tables import Call, Gone, Name, Value, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop
    from dlexamples.repair.edit import Tree

REMOVED = re.compile(
    r"removed|deprecated|no longer|[Uu]nrecognized|not recognized|not callable|unexpected keyword|"
    r"positional arguments?|multiple values|required|invalid combination of arguments"
)
"""What the message of a call says that has another form now."""


@rule
def renamed(stop: Stop) -> Iterator[Proposal]:
    if isinstance(stop.error, ImportError):
        yield from _imports(stop)
        return
    attributes = list(missing(stop))
    if attributes:
        yield from _attribute(stop, attributes)
        return
    if isinstance(stop.error, (TypeError, ValueError, AttributeError, RuntimeError, LookupError, OSError)):
        for call in called(stop):
            yield from _arguments(stop, call)
            if REMOVED.search(str(stop.error)):
                yield from _calls(stop, call)
        yield from _values(stop)
    for call in called(stop):
        yield from _reordered(stop, call)


def _reordered(stop: Stop, call: Called) -> Iterator[Proposal]:
    """A call of the old form that the library takes for another one, by the values that it is given."""
    for row in rows(Call):
        bound = template.bind(call.tree, call.node, row) if row.reordered and call.means(row.old) else None
        if bound and template.fits(stop, row, bound):
            yield from _forms(stop, call.tree, call.node, [row], "")
            return


def _attribute(stop: Stop, attributes: list[Missing]) -> Iterator[Proposal]:
    for found in attributes:
        around = found.tree.parents[found.node]
        if isinstance(around, cst.Call) and around.func is found.node:
            beside = found.tree.text(found.node.value)
            forms = [row for row in rows(Call) if found.means(row.old)]
            yield from _forms(stop, found.tree, around, forms, beside)
            if forms:
                return
        for row in rows(Name):
            if found.means(row.old) and exists(row.new):
                yield _renamed_attribute(stop, found, row)
                return
        for gone in rows(Gone):
            if found.means(gone.old):
                yield refusal(stop, gone, found.written, gone.instead)
                return


def _renamed_attribute(stop: Stop, found: Missing, row: Name) -> Proposal:
    old, new = row.old.rpartition("."), row.new.rpartition(".")
    if old[0] == new[0]:
        sources = replaced(stop, found.tree, found.node.attr, new[2], [])
        return proposal(stop, row, found.written, f"{found.tree.text(found.node.value)}.{new[2]}", sources)
    text, imports = spelled(stop, row.new, found.written)
    return proposal(stop, row, found.written, text, replaced(stop, found.tree, found.node, text, imports))


def _forms(stop: Stop, tree: Tree, node: cst.Call, forms: list[Call], beside: str) -> Iterator[Proposal]:
    """The call in the first form that fits it."""
    is_there = isinstance(stop.error, TypeError) or any(row.reordered for row in forms)
    code = "DL203" if is_there else "DL202"
    written = " ".join(tree.text(node).split()) if code == "DL203" else tree.text(node.func)
    for row in forms:
        bound = template.bind(tree, node, row, beside)
        if bound is None or not template.fits(stop, row, bound):
            continue
        if isinstance(row.new, str):
            part: tuple[cst.CSTNode, str, str] | None = (node, row.new, "")
        else:
            used = used_part(stop, tree, node, row.fields)
            part = (used[0], row.new[used[1]], used[2]) if used else None
        made = template.render(stop, part[1], bound, beside) if part and part[1] else None
        if part is None or made is None:
            continue
        value = quoted(tree.source, made[0])
        yield proposal(stop, row, written, value, replaced(stop, tree, part[0], part[2] + value, made[1]), code)
        return
    if forms:
        calls = [new for row in forms for new in ([row.new] if isinstance(row.new, str) else row.new) if new]
        news = [f"{new.partition('(')[0]}(…)" for new in calls]
        yield refusal(
            stop,
            forms[0],
            written,
            f"its arguments and results differ from those of {' or '.join(f'`{new}`' for new in dict.fromkeys(news))}, "
            "and this use has no certain new form",
            code,
        )


def _imports(stop: Stop) -> Iterator[Proposal]:
    found = failing_imports(stop)
    if left_out := without_unused(stop, [imported for imported in found if _is_gone(imported.full)]):
        names, sources = left_out
        row_of_first = next(row for row in _without_name(names[0]))
        yield proposal(stop, replace(row_of_first, note="nothing uses it", unsafe=False), ", ".join(names), "", sources)
        return
    targets: dict[str, str] = {}
    used: list[Name] = []
    for imported in found:
        # A module and a function may have had the same name: the post's calls tell which it means.
        forms = [call for call in rows(Call) if call.old == imported.full]
        made = with_calls(stop, imported, forms, quoted) if forms else None
        row, target = _target(imported.full)
        if made is None and row is not None and exists(target):
            targets[imported.full] = target
            used.append(row)
            continue
        told = next((gone for gone in rows(Gone) if _covers(gone.old, imported.full)), None)
        if made:
            yield proposal(stop, made[1], imported.full, _shown(made[1]), made[0])
        elif told:
            yield refusal(stop, told, imported.full, told.instead)
        elif forms:
            yield refusal(stop, forms[0], imported.full, f"its calls have another form now: `{_shown(forms[0])}`")
    if targets and (moved := edited(stop, _first(found, targets), targets)):
        olds, news = ", ".join(targets), ", ".join(targets.values())
        yield proposal(stop, used[0], olds, news, moved)


def _is_gone(full: str) -> bool:
    """Whether no other name has taken its place."""
    return _target(full)[0] is None and any(True for _ in _without_name(full))


def _without_name(full: str) -> Iterator[Gone | Call]:
    """The rows for what is gone, or is called in another form now."""
    yield from (gone for gone in rows(Gone) if _covers(gone.old, full))
    yield from (call for call in rows(Call) if call.old == full)


def _shown(row: Call) -> str:
    return row.new if isinstance(row.new, str) else " and ".join(filter(None, row.new))


def _first(found: list[Imported], targets: dict[str, str]) -> list[Imported]:
    """The names of the one statement that the edit is about."""
    statement = next(item.statement for item in found if item.full in targets)
    return [item for item in found if item.statement is statement]


def _target(full: str) -> tuple[Name | None, str]:
    """The row for the name or for the module that it is in, and what it is now."""
    covering = [row for row in rows(Name) if _covers(row.old, full)]
    if not covering or any(_covers(gone.old, full) and len(gone.old) >= _longest(covering) for gone in rows(Gone)):
        return None, ""
    row = max(covering, key=lambda row: len(row.old))
    return row, row.new + full[len(row.old) :]


def _longest(covering: list[Name]) -> int:
    return max(len(row.old) for row in covering)


def _covers(old: str, full: str) -> bool:
    return full == old or full.startswith(old + ".")


def _calls(stop: Stop, call: Called) -> Iterator[Proposal]:
    forms = [row for row in rows(Call) if call.means(row.old) and not (row.works or row.reordered)]
    func = call.node.func
    beside = call.tree.text(func.value) if isinstance(func, cst.Attribute) else ""
    yield from _forms(stop, call.tree, call.node, forms, beside)
    for gone in rows(Gone):
        if call.means(gone.old):
            yield refusal(stop, gone, call.tree.text(func), gone.instead)


def _arguments(stop: Stop, call: Called) -> Iterator[Proposal]:
    """All arguments of the call that have another form now: one edit, since a library may refuse them together, or
    miss first what the new name of one is."""
    found = new_arguments(stop, call)
    if found is None:
        return
    if found.refused:
        reason = f"`{found.row.new}` has taken its place, with other values"
        if not found.row.new:
            reason = f"only {' and '.join(found.row.values)} can be left out"
        yield refusal(stop, found.row, found.olds, reason, "DL203")
        return
    sources = list(stop.sources)
    sources[stop.at.block] = arguments.replaced(call.tree.source, found.spans)
    yield proposal(stop, found.row, found.olds, found.news, tuple(sources), "DL203")


def _values(stop: Stop) -> Iterator[Proposal]:
    """A literal that the library spells in another way now; estimators complain of it long after they were made, so
    it is looked for in the calls of the session that say it."""
    for row in rows(Value):
        literal = ast.literal_eval(row.old)
        if not says(stop.error, str(literal)):
            continue
        sources, olds = list(stop.sources), []
        for index in range(stop.at.block + 1):
            tree = edit.parse(sources[index])
            for node in reversed(edit.calls(tree)) if tree else ():
                assert tree
                argument = _literal(stop, tree, node, row)
                if argument is not None and tree.line(node) <= _limit(stop, index):
                    olds.append(tree.text(argument))
                    start, end = tree.start(argument.value), tree.end(argument.value)
                    new = quoted(tree.source, row.new) if '"' in tree.text(argument.value) else row.new
                    sources[index] = sources[index][:start] + new + sources[index][end:]
        if olds:
            yield proposal(stop, row, olds[0], row.new, tuple(sources), "DL203")


def _limit(stop: Stop, index: int) -> int:
    return stop.at.end_line if index == stop.at.block else 10**9


def _literal(stop: Stop, tree: Tree, node: cst.Call, row: Value) -> cst.Arg | None:
    """The argument of a call of the row's function that is the old literal."""
    argument = arguments.keyword_argument(node, row.parameter)
    if argument is None and row.parameter.isdigit() and int(row.parameter) < len(node.args):
        first = node.args[int(row.parameter)]
        argument = first if first.keyword is None else None
    if argument is None:
        return None
    try:
        if ast.literal_eval(tree.text(argument.value)) != ast.literal_eval(row.old):
            return None
    except (ValueError, SyntaxError):
        return None
    function = live.value_of(stop, tree.text(node.func))
    wanted = [resolve(name) for name in row.of]
    return argument if function is not live.MISSING and any(function is found for found in wanted) else None
