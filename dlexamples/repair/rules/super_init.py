"""A module or layer whose `__init__` does not call its base class's, or calls it in a form that does nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live, rule
from dlexamples.repair.idioms.answers import answer, replaced, with_block
from dlexamples.repair.idioms.failed import failed_call, innermost_frame, missing_attribute
from dlexamples.repair.signatures import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

CALL = "super().__init__()"
MESSAGE = "`{}` does not call its base class's `__init__`, which makes what the class works with"


@rule
def super_init(stop: Stop) -> Iterator[Proposal]:
    yield from _written_wrongly(stop)
    bare = _without_base(stop)
    found = _init_of(stop, bare) if bare is not None else None
    if found is None:
        return
    source, description = _with_call(found)
    message = MESSAGE.format(type(bare).__name__)
    yield answer(
        stop,
        "super_init",
        with_block(stop, found.block, source),
        message,
        description,
        safe=True,
        code="DL204",
        label=f"`super().__init__()` of `{type(bare).__name__}` has not run",
    )


@dataclass(frozen=True, slots=True)
class Init:
    """An `__init__` of the post."""

    block: int
    tree: edit.Tree
    node: cst.FunctionDef


def _without_base(stop: Stop) -> Any:
    """The object that the error is about if its base class's `__init__` has not run, or None."""
    torch, keras, frame = live.torch_module(), sys.modules.get("keras"), innermost_frame(stop.error)
    here = frame.f_locals if frame else {}
    # Keras takes its own frames out of the traceback, up to one that has the object among its `args`.
    given = here.get("args")
    first = given[:1] if isinstance(given, tuple) else ()
    for value in (getattr(stop.error, "obj", None), here.get("self"), *first):
        if torch is not None and isinstance(value, torch.nn.Module) and "_modules" not in vars(value):
            return value
        # Keras's own check of it asks for this attribute: `Layer._check_super_called`.
        if keras is not None and isinstance(value, keras.Layer) and getattr(value, "_lock", True):
            return value
    return None


def _init_of(stop: Stop, value: Any) -> Init | None:
    """The `__init__` that made the object, if it is the post's and its base class's takes no arguments."""
    mro = type(value).__mro__
    owner = next(cls for cls in mro if "__init__" in vars(cls))
    if owner.__module__ != "__main__":
        return None
    base = next(cls for cls in mro[mro.index(owner) + 1 :] if "__init__" in vars(cls))
    if not accepts(vars(base)["__init__"], 1, ()):
        return None
    for block in reversed(range(len(stop.sources))):
        tree = edit.parse(stop.sources[block])
        for node in tree.positions if tree else ():
            if tree and isinstance(node, cst.FunctionDef) and node.name.value == "__init__":
                around = _class_around(tree, node)
                if around is not None and around.name.value == owner.__name__:
                    return Init(block, tree, node)
    return None


def _class_around(tree: edit.Tree, node: cst.CSTNode) -> cst.ClassDef | None:
    return next((above for above in tree.ancestors(node) if isinstance(above, cst.ClassDef)), None)


def _with_call(found: Init) -> tuple[str, str]:
    """The block whose `__init__` calls the base class's first, and what was done."""
    tree = found.tree
    own = [node for node in tree.positions if isinstance(node, cst.Attribute) and _is_super_init(node)]
    for node in own:
        if edit.function_of(tree, node) is not found.node:
            continue
        parent = tree.parents[node]
        if isinstance(parent, cst.Expr):
            return edit.replace_node(tree, node, f"{tree.text(node)}()"), "call `super().__init__`"
        if _takes_one(node.value):
            return edit.replace_node(tree, node.value, "super()"), "`super` with one argument is bound to no object"
        statement = edit.statement_of(tree, node)
        if isinstance(statement, cst.Expr) and tree.text(statement) != "":
            text = tree.text(statement)
            without = edit.parse(edit.remove_statement(tree, statement))
            moved = _same_init(without, found) if without else None
            if without and moved:
                return _inserted(without, moved, text), f"call `{text}` before anything is set"
    return _inserted(tree, found.node, CALL), f"call `{CALL}` first"


def _same_init(tree: edit.Tree, found: Init) -> cst.FunctionDef | None:
    line = found.tree.line(found.node)
    nodes = (node for node in tree.positions if isinstance(node, cst.FunctionDef) and tree.line(node) == line)
    return next(nodes, None)


def _is_super_init(node: cst.Attribute) -> bool:
    value = node.value
    is_super = isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "super"
    return is_super and node.attr.value == "__init__"


def _takes_one(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and len(value.args) == 1


def _inserted(tree: edit.Tree, function: cst.FunctionDef, line: str) -> str:
    """The source with the line as the function's first, below its docstring."""
    source = tree.source
    if isinstance(function.body, cst.SimpleStatementSuite):
        start = tree.start(function.body.body[0])
        return f"{source[:start]}{line}; {source[start:]}"
    first, *others = function.body.body
    documented = others and function.get_docstring() is not None
    statement = others[0] if documented else first
    row = source.split("\n")[tree.line(statement) - 1]
    indent = row[: len(row) - len(row.lstrip(" \t"))]
    above = tree.end(first) if documented else source.index(":", _signature_end(tree, function))
    end = source.find("\n", above)
    return f"{source[: end + 1]}{indent}{line}\n{source[end + 1 :]}"


def _signature_end(tree: edit.Tree, function: cst.FunctionDef) -> int:
    """The offset behind the last of what a colon may stand in before the one that opens the body."""
    parts = [function.name, function.params, *([function.returns] if function.returns else [])]
    return max(tree.end(part) for part in parts)


def _written_wrongly(stop: Stop) -> Iterator[Proposal]:
    """`super.__init__()`, `super().init()`, `super(Other, self).__init__()`, `super().__init__(self)`."""
    missing = missing_attribute(stop)
    if missing and isinstance(missing.owner, super) and missing.name.strip("_") == "init":
        yield _rewritten(stop, missing.tree, missing.node.attr, "__init__", f"there is no `{missing.name}`")
        return
    found = failed_call(stop) if isinstance(stop.error, TypeError) else None
    if found is None:
        return
    tree, call = found
    function = edit.function_of(tree, call)
    own = function.params.params[0].name.value if function and function.params.params else ""
    first = call.args[0] if call.args and not call.args[0].keyword and not call.args[0].star else None
    if isinstance(call.func, cst.Name) and call.func.value == "super" and len(call.args) == 2:
        yield _rewritten(stop, tree, call, "super()", "the class that it names is not one of the object's")
    elif isinstance(call.func, cst.Attribute) and call.func.attr.value == "__init__":
        given_itself = first is not None and tree.text(first.value) == own
        rest = call.args[1:] if given_itself else call.args
        arguments = ", ".join(tree.module.code_for_node(argument).strip().rstrip(",") for argument in rest)
        if isinstance(call.func.value, cst.Name) and call.func.value.value == "super":
            yield _rewritten(stop, tree, call, f"super().__init__({arguments})", "`super` itself is not called")
        elif _is_super_init(call.func) and given_itself:
            code = f"{tree.text(call.func)}({arguments})"
            yield _rewritten(stop, tree, call, code, "`super()` gives the object by itself")


def _rewritten(stop: Stop, tree: edit.Tree, node: cst.CSTNode, code: str, reason: str) -> Proposal:
    return answer(
        stop,
        "super_init",
        replaced(stop, tree, node, code),
        f"the base class's `__init__` is called in a form that fails: {reason}",
        f"write `{code}`",
        safe=True,
        code="DL204",
        label=reason,
    )
