"""Where in the text a live layer was made, and the literal that gave it a size."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

import libcst as cst

from dlexamples.repair import edit, live
from dlexamples.repair.shapes.sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dlexamples.model import Stop

RECURRENT_ORDER = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
"""torch.nn's recurrent layers hand `*args` on; the order is that of `RNNBase.__init__`."""
MOST_STEPS = 4


def made_at(stop: Stop, layer: Any, root: Any, name: str) -> Site | None:
    """The call that made the layer: the only one whose literals agree with it, or the only such one under the
    layer's name."""
    found = [site for site in _calls_of(stop, type(layer)) if _agrees(stop, site, layer)]
    for narrower in (_in_class_of(root, name), _under_name(name), _at_index(name)):
        kept = [site for site in found if narrower(site)]
        found = kept or found
    return found[0] if len(found) == 1 else None


def bound(call: Site, cls: type) -> dict[str, Site]:
    """The call's arguments by the names of the constructor's parameters; empty when they cannot be told."""
    assert isinstance(call.node, cst.Call)
    if any(given.star for given in call.node.args):
        return {}
    order = _parameters(cls)
    found: dict[str, Site] = {}
    for index, given in enumerate(call.node.args):
        if given.keyword is None and index >= len(order):
            return {}
        found[given.keyword.value if given.keyword else order[index]] = Site(call.block, call.tree, given.value)
    return found


def literal(stop: Stop, value: Site, steps: int = MOST_STEPS) -> Site | None:
    """The whole number, or the arithmetic of some, that `value` stands for, when it serves for nothing else."""
    if whole_number(value.text) is not None:
        return value
    if not isinstance(value.node, cst.Name) or not steps:
        return None
    function = edit.function_of(value.tree, value.node)
    name = value.node.value
    if function is not None and name in _parameter_names(function):
        return _passed(stop, value, function, name, steps)
    if _loads(stop, name) != 1:
        return None
    assigned = [
        Site(site.block, site.tree, site.node.value)
        for site in _nodes(stop, cst.Assign)
        if isinstance(site.node, cst.Assign)
        and [site.tree.text(t.target) for t in site.node.targets] == [name]
        and edit.function_of(site.tree, site.node) is None
    ]
    return literal(stop, assigned[0], steps - 1) if len(assigned) == 1 else None


def whole_number(code: str) -> int | None:
    """What arithmetic of whole numbers alone comes to."""
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except SyntaxError:
        return None
    allowed = (ast.Expression, ast.BinOp, ast.operator, ast.Constant)
    if not all(isinstance(node, allowed) for node in ast.walk(tree)):
        return None
    try:
        value = eval(compile(tree, "<number>", "eval"), {"__builtins__": {}})
    except Exception:  # strings, a division by zero
        return None
    return value if type(value) is int else None


def rewritten(code: str, number: int, sizes: Sequence[int] = ()) -> str:
    """The number as the author wrote the other one: `64 * 7 * 7` becomes `64 * 5 * 5` where those are its sizes."""
    try:
        tree = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        return str(number)
    factors: list[ast.expr] = []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        factors.append(tree.right)
        tree = tree.left
    product = 1
    for size in sizes:
        product *= size
    if len(sizes) != len(factors) + 1 or product != number or not factors:
        return str(number)
    return ("*" if " " not in code else " * ").join(map(str, sizes))


def _calls_of(stop: Stop, cls: type) -> Iterator[Site]:
    for site in _nodes(stop, cst.Call):
        assert isinstance(site.node, cst.Call)
        function = site.tree.text(site.node.func)
        if function.rpartition(".")[2] == cls.__name__ and live.value_of(stop, function) is cls:
            yield site


def _nodes(stop: Stop, kind: type[cst.CSTNode]) -> Iterator[Site]:
    for block, source in enumerate(stop.sources):
        tree = edit.parse(source)
        if tree is None:
            continue
        for node in sorted((n for n in tree.positions if isinstance(n, kind)), key=tree.start):
            yield Site(block, tree, node)


def _agrees(stop: Stop, call: Site, layer: Any) -> bool:
    """Whether no argument whose value is known says something else than the layer: a literal, or at top level a
    name."""
    given = bound(call, type(layer))
    is_outside = edit.function_of(call.tree, call.node) is None
    for name, site in given.items():
        number, own = whole_number(site.text), getattr(layer, name, None)
        if number is None and is_outside and isinstance(site.node, cst.Name):
            number = stop.namespace.get(site.text)
        if type(number) is int and type(own) is int and own != number:
            return False
    return bool(given)


def _in_class_of(root: Any, name: str) -> Callable[[Site], bool]:
    """In the class of the innermost module of the post around the layer."""
    above = root
    own = type(root).__name__
    for part in name.split(".")[:-1]:
        above = getattr(above, part, None)
        if type(above).__module__ == "__main__":
            own = type(above).__name__
    return lambda site: any(isinstance(n, cst.ClassDef) and n.name.value == own for n in site.tree.ancestors(site.node))


def _under_name(name: str) -> Callable[[Site], bool]:
    """Assigned to the attribute that the layer, or what holds it, is registered under."""
    parts = [part for part in name.split(".") if not part.isdigit()]
    wanted = f"self.{parts[-1]}" if parts else ""

    def is_there(site: Site) -> bool:
        above = (node for node in site.tree.ancestors(site.node) if isinstance(node, cst.Assign))
        return any(site.tree.text(target.target) == wanted for node in above for target in node.targets)

    return is_there


def _at_index(name: str) -> Callable[[Site], bool]:
    """At its place among the arguments of `Sequential`."""
    last = name.rpartition(".")[2]

    def is_there(site: Site) -> bool:
        around = in_sequential(site)
        return last.isdigit() and around is not None and around[1] == int(last)

    return is_there


def in_sequential(site: Site) -> tuple[cst.Call, int] | None:
    """The call of `Sequential` that the layer's call is an argument of, with its index."""
    argument = site.tree.parents.get(site.node)
    around = site.tree.parents.get(argument) if argument is not None else None
    if not isinstance(argument, cst.Arg) or not isinstance(around, cst.Call):
        return None
    if site.tree.text(around.func).rpartition(".")[2] != "Sequential" or any(given.star for given in around.args):
        return None
    return around, [given is argument for given in around.args].index(True)


def _parameters(cls: type) -> tuple[str, ...]:
    names = tuple(
        parameter.name
        for parameter in inspect.signature(cls).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    )
    return names or RECURRENT_ORDER


def _parameter_names(function: cst.FunctionDef) -> list[str]:
    parameters = function.params
    return [each.name.value for each in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)]


def _passed(stop: Stop, value: Site, function: cst.FunctionDef, name: str, steps: int) -> Site | None:
    """The literal that the one call of the function, or of the class that it makes, gives the parameter."""
    uses = [node for node in edit.within(function.body, cst.Name) if node.value == name]
    reads = [n for n in uses if not _is_label(value.tree, n)]
    if len(reads) != 1:
        return None
    around = next((n for n in value.tree.ancestors(function) if isinstance(n, cst.ClassDef)), None)
    called = around.name.value if around is not None and function.name.value == "__init__" else function.name.value
    order = _parameter_names(function)[1 if around is not None else 0 :]
    sites = [s for s in _nodes(stop, cst.Call) if isinstance(s.node, cst.Call) and s.tree.text(s.node.func) == called]
    if len(sites) != 1:
        return None
    call = sites[0]
    assert isinstance(call.node, cst.Call)
    for index, given in enumerate(call.node.args):
        if given.star:
            return None
        if (given.keyword.value if given.keyword else order[index : index + 1] == [name] and name) == name:
            return literal(stop, Site(call.block, call.tree, given.value), steps - 1)
    default = next((each.default for each in function.params.params if each.name.value == name), None)
    return literal(stop, Site(value.block, value.tree, default), steps - 1) if default is not None else None


def _is_label(tree: edit.Tree, node: cst.Name) -> bool:
    """The name of a keyword, or behind a dot."""
    above = tree.parents[node]
    return (isinstance(above, cst.Arg) and above.keyword is node) or (
        isinstance(above, cst.Attribute) and above.attr is node
    )


def _loads(stop: Stop, name: str) -> int:
    return sum(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for source in stop.sources
        for node in _walk(source)
    )


def _walk(source: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(source))
    except SyntaxError:
        return
