"""A call in its new form: the row's `new` over the arguments that the post gives."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.renamed.resolve import importable, resolve
from dlexamples.repair.renamed.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import libcst as cst

    from dlexamples.model import Stop
    from dlexamples.repair.edit import Tree
    from dlexamples.repair.tables import Call

ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Dict, ast.Set, ast.ListComp)
"""What needs no parentheses wherever an argument may stand."""
REPEATABLE = (ast.Name, ast.Constant, ast.Attribute)
"""What may be written twice: evaluating it does nothing."""


class Unknown(Exception):  # noqa: N818 - no error: the row does not fit what is known
    """A value, or an argument's place, that is not known before the call is run."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The arguments of a call by the parameters of the old signature: their code."""

    given: Mapping[str, str]
    defaults: Mapping[str, str]
    rest: tuple[str, ...] = ()
    keywords: Mapping[str, str] = field(default_factory=dict)
    star: str = ""
    star_star: str = ""


def bind(tree: Tree, call: cst.Call, row: Call, receiver: str = "") -> Bound | None:
    """None when the call does not fit the old signature, or hides its arguments in `*args`."""
    parameters = row.parameters
    positional = [argument.arg for argument in (*parameters.posonlyargs, *parameters.args)]
    named = {argument.arg for argument in (*parameters.args, *parameters.kwonlyargs)}
    if any(argument.star for argument in call.args):
        return None
    codes = [receiver] if positional[:1] == ["self"] else []
    codes += [tree.text(argument.value) for argument in call.args if argument.keyword is None]
    if len(codes) > len(positional) and not parameters.vararg:
        return None
    given = dict(zip(positional, codes, strict=False))
    keywords: dict[str, str] = {}
    for argument in call.args:
        if argument.keyword is None:
            continue
        name = argument.keyword.value
        if name in given or (name not in named and not parameters.kwarg):
            return None
        (given if name in named else keywords)[name] = tree.text(argument.value)
    defaults = _defaults(parameters)
    if any(name not in given and name not in defaults for name in (*positional, *_required(parameters))):
        return None
    star = parameters.vararg.arg if parameters.vararg else ""
    star_star = parameters.kwarg.arg if parameters.kwarg else ""
    return Bound(given, defaults, tuple(codes[len(positional) :]), keywords, star, star_star)


def fits(stop: Stop, row: Call, bound: Bound) -> bool:
    """Whether the row's condition holds for the live values."""
    if not row.when:
        return True
    try:
        return bool(eval(row.when, {"__builtins__": SAFE}, _Values(stop, bound)))
    except Exception:  # the condition asks what an unknown, or another, value cannot answer
        return False


def render(stop: Stop, new: str, bound: Bound, beside: str) -> tuple[str, list[str]] | None:
    """`new` in the post's words with the imports that it takes; None when a name of it is not installed, or when an
    argument that is computed would be computed twice."""
    tree = ast.parse(new, mode="eval")
    writer = _Writer(stop, bound, beside)
    try:
        written = ast.unparse(writer.visit(tree))
    except Unknown:
        return None
    for key, code in writer.codes.items():
        if written.count(key) > 1 and not isinstance(ast.parse(code, mode="eval").body, REPEATABLE):
            return None
        written = written.replace(key, code)
    return written, list(dict.fromkeys(writer.imports))


class _Writer(ast.NodeTransformer):
    """Puts placeholders where arguments and library names stand, whose text is not to be generated again."""

    def __init__(self, stop: Stop, bound: Bound, beside: str) -> None:
        self.stop, self.bound, self.beside = stop, bound, beside
        self.codes: dict[str, str] = {}
        self.imports: list[str] = []

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self.bound.given:
            return self._placed(self.bound.given[name], wrap=True)
        if name in self.bound.defaults:
            return ast.parse(self.bound.defaults[name], mode="eval").body
        if hasattr(builtins, name):
            return node
        raise Unknown(name)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        full = ast.unparse(node)
        root = full.partition(".")[0]
        if not re.fullmatch(r"[\w.]+", full) or root in self.bound.given or root in self.bound.defaults:
            self.generic_visit(node)
            return node
        if importable(full) is live.MISSING:
            raise Unknown(full)
        text, imports = spelled(self.stop, full, self.beside)
        self.imports += imports
        return self._placed(text, wrap=False)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.func = self.visit(node.func)
        node.args = list(self._arguments(node.args))
        node.keywords = [made for keyword in node.keywords for made in self._keyword(keyword)]
        return node

    def visit_List(self, node: ast.List) -> ast.expr:
        node.elts = list(self._arguments(node.elts))
        return node

    def _arguments(self, nodes: list[ast.expr]) -> Iterator[ast.expr]:
        for node in nodes:
            if isinstance(node, ast.Starred) and isinstance(node.value, ast.Name) and node.value.id == self.bound.star:
                yield from (self._placed(code, wrap=False) for code in self.bound.rest)
            elif isinstance(node, ast.Name) and node.id in self.bound.given:
                yield self._placed(self.bound.given[node.id], wrap=False)
            elif not isinstance(node, ast.Name) or node.id not in self.bound.defaults:
                yield self.visit(node)

    def _keyword(self, keyword: ast.keyword) -> Iterator[ast.keyword]:
        value = keyword.value
        if keyword.arg is None and isinstance(value, ast.Name) and value.id == self.bound.star_star:
            for name, code in self.bound.keywords.items():
                yield ast.keyword(name, self._placed(code, wrap=False))
        elif isinstance(value, ast.Name) and value.id in self.bound.given:
            yield ast.keyword(keyword.arg, self._placed(self.bound.given[value.id], wrap=False))
        elif not isinstance(value, ast.Name) or value.id not in self.bound.defaults:
            yield ast.keyword(keyword.arg, self.visit(value))

    def _placed(self, code: str, *, wrap: bool) -> ast.Name:
        if wrap and not isinstance(ast.parse(f"({code})", mode="eval").body, ATOMS):
            code = f"({code})"
        key = next((key for key, known in self.codes.items() if known == code), f"__{len(self.codes)}__")
        self.codes[key] = code
        return ast.Name(key, ast.Load())


class _Values(dict[str, Any]):
    """The live values of the arguments, looked up when a condition asks."""

    def __init__(self, stop: Stop, bound: Bound) -> None:
        super().__init__(given={*bound.given, *bound.keywords}.__contains__, is_a=_is_a)
        self.stop, self.bound = stop, bound

    def __missing__(self, name: str) -> Any:
        if name in self.bound.given:
            value = live.argument_of(self.stop, self.bound.given[name])
            if value is live.MISSING:
                raise Unknown(name)
            return value
        if name == self.bound.star:
            return self.bound.rest
        if name == self.bound.star_star:
            return self.bound.keywords
        if name in self.bound.defaults:
            return ast.literal_eval(self.bound.defaults[name])
        raise KeyError(name)


SAFE = {name: getattr(builtins, name) for name in ("bool", "dict", "float", "int", "isinstance", "len", "list", "str")}


def _is_a(value: object, name: str) -> bool:
    cls = resolve(name)
    return isinstance(cls, type) and isinstance(value, cls)


def _defaults(parameters: ast.arguments) -> dict[str, str]:
    positional = [*parameters.posonlyargs, *parameters.args]
    pairs = [
        *zip(positional[len(positional) - len(parameters.defaults) :], parameters.defaults, strict=True),
        *zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True),
    ]
    return {parameter.arg: ast.unparse(default) for parameter, default in pairs if default is not None}


def _required(parameters: ast.arguments) -> list[str]:
    return [
        parameter.arg
        for parameter, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
        if default is None
    ]
