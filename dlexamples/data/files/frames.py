"""Where the session's text has a table in its hands, and which columns it takes from it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlexamples.data.files.literals import strings
from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

# Methods and functions that give a table with the same columns, or an array of them.
_KEEPS = {
    *("copy", "dropna", "fillna", "head", "tail", "sample", "reset_index", "sort_values", "drop_duplicates", "query"),
    *("astype", "set_index", "drop", "rename", "replace", "to_numpy", "values", "sort_index", "iloc", "loc", "assign"),
    *("apply", "interpolate", "bfill", "ffill", "numpy", "float", "from_numpy", "tensor", "array", "asarray"),
}
_PASSES = {
    "concat",
    "get_dummies",
    "copy",
    "deepcopy",
    "shuffle",
    "DataFrame",
    "from_numpy",
    "tensor",
    "array",
    "asarray",
}
# Methods whose first argument names columns, and the arguments that do wherever a table is at hand.
_FIRST = {"drop", "pop", "groupby", "sort_values", "set_index", "get", "select", "value_counts", "drop_duplicates"}
SEVERAL = 4
"""Columns of what is only taken as a whole."""
_SELECTS = {
    "columns",
    "subset",
    "by",
    "on",
    "x",
    "y",
    "hue",
    "values",
    "id_vars",
    "labels",
    "size",
    "style",
    "stratify",
}


@dataclass(slots=True)
class Columns:
    """What the text says of the columns, in the order in which it comes to them."""

    named: dict[str, list[ast.expr]] = field(default_factory=dict)
    """By name: the expressions that stand for that column, or for several with it."""
    dropped: list[str] = field(default_factory=list)
    """Taken away, so that what is left is used without naming it."""
    least: int = 0
    """So many there are at least, by the positions that are used."""
    last: bool = False
    """The last is asked for by its position."""
    alone: list[int] = field(default_factory=list)
    """Positions that are taken by themselves, from the left."""
    whole: bool = False
    """All of them are taken as an array, or all but one."""


class Frames:
    """Follows the table that `call` reads through names, functions and classes of the session."""

    def __init__(self, call: ast.Call, scene: Scene, attributes: frozenset[str]) -> None:
        """`attributes`: those that a table has of its own, so that no column is meant."""
        self.call = call
        self.scene = scene
        self.attributes = attributes
        self.nodes = [node for tree in scene.trees for node in ast.walk(tree)]
        self.names: set[str] = set()
        """Names, and attributes such as `self.df`, that hold the table or a part of its rows."""
        self.functions: set[str] = set()
        known = -1
        while known != len(self.names) + len(self.functions):
            known = len(self.names) + len(self.functions)
            for node in self.nodes:
                self._follow(node)

    def is_frame(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Call() if node is self.call:
                return True
            case ast.Name():
                return node.id in self.names
            case ast.Attribute(value=inner, attr=attribute):
                return ast.unparse(node) in self.names or (attribute in _KEEPS and self.is_frame(inner))
            case ast.Subscript(value=inner, slice=index):
                # A column, or what positions take, is no table any more.
                return (not isinstance(index, ast.Tuple | ast.Constant) and self.is_frame(inner)) or self._is_row(node)
            case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if attribute in _KEEPS and self.is_frame(
                inner
            ):
                return True
            case ast.Call(func=function, args=[first, *_]):
                inside = first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
                passes = last_name(function) in _PASSES and any(map(self.is_frame, inside))
                return passes or last_name(function) in self.functions
            case ast.Call(func=function):
                return last_name(function) in self.functions
        return False

    def columns(self) -> Columns:
        found = Columns()
        made: set[str] = set()
        for tree in self.scene.trees:
            for node in sorted(_placed(tree), key=_evaluated):
                for name, expression in self._named(node):
                    if isinstance(expression, ast.Subscript) and isinstance(expression.ctx, ast.Store):
                        made |= {name} - found.named.keys()
                    elif name not in made:
                        found.named.setdefault(name, []).append(expression)
                if isinstance(node, ast.Call) and last_name(node.func) in {"drop", "pop"}:
                    found.dropped += [name for name, _ in self._of_call(node) if name not in made]
                self._positions(node, found)
        return found

    def _is_row(self, node: ast.Subscript) -> bool:
        """`df.iloc[0]`."""
        return (
            isinstance(node.value, ast.Attribute)
            and node.value.attr in {"iloc", "loc"}
            and (not isinstance(node.slice, ast.Tuple) and self.is_frame(node.value))
        )

    def _follow(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call(args=arguments) as call):
                self._split(targets, call, arguments)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    self._hold(*[target] * self.is_frame(value))
            case ast.Assign(targets=targets, value=value) if self.is_frame(value):
                self._hold(*targets)
            case ast.For(
                target=ast.Tuple(elts=[_, row]), iter=ast.Call(func=ast.Attribute(value=inner, attr="iterrows"))
            ):
                if self.is_frame(inner):
                    self._hold(row)
            case ast.For(target=row, iter=ast.Call(func=ast.Attribute(value=inner, attr="itertuples"))):
                if self.is_frame(inner):
                    self._hold(row)
            case ast.FunctionDef():
                returned = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return))
                if any(map(self.is_frame, returned)):
                    self.functions.add(node.name)
            case ast.Call():
                self._enter(node)

    def _split(self, targets: list[ast.expr], call: ast.Call, arguments: list[ast.expr]) -> None:
        """`train, test = train_test_split(df)`."""
        if last_name(call.func) != "train_test_split" or len(targets) != 2 * len(arguments):
            return
        for number, argument in enumerate(arguments):
            if self.is_frame(argument):
                self._hold(*targets[2 * number : 2 * number + 2])

    def _enter(self, call: ast.Call) -> None:
        """A table that is given to a function or a class of the session is there under the parameter's name."""
        if last_name(call.func) == "apply" and isinstance(call.func, ast.Attribute) and self.is_frame(call.func.value):
            self.names |= {a.arg for f in call.args if isinstance(f, ast.Lambda) for a in f.args.args}
        given = [*enumerate(call.args), *((keyword.arg, keyword.value) for keyword in call.keywords)]
        frames = [place for place, value in given if self.is_frame(value)]
        if not frames:
            return
        for parameters in self._parameters(last_name(call.func)):
            self.names |= {p for i, p in enumerate(parameters) if i in frames or p in frames}

    def _parameters(self, name: str) -> Iterator[list[str]]:
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                yield [argument.arg for argument in node.args.args if argument.arg != "self"]
            elif isinstance(node, ast.ClassDef) and node.name == name:
                methods = (m for m in node.body if isinstance(m, ast.FunctionDef) and m.name == "__init__")
                for method in methods:
                    yield [argument.arg for argument in method.args.args[1:]]

    def _hold(self, *targets: ast.expr) -> None:
        self.names |= {ast.unparse(target) for target in targets if isinstance(target, ast.Name | ast.Attribute)}

    def _named(self, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
        match node:
            case ast.Subscript(value=ast.Attribute(attr="loc", value=inner), slice=ast.Tuple(elts=[_, index])):
                names = strings(index, self.scene) if self.is_frame(inner) else []
            case ast.Subscript(value=inner, slice=index) if self.is_frame(inner):
                names = strings(index, self.scene)
            case ast.Attribute(value=inner, attr=name) if self.is_frame(inner) and name not in self.attributes:
                # `self.df` and `row.loc` are no columns of a table under that name.
                names = [] if ast.unparse(node) in self.names or name in _KEEPS else [name]
            case ast.Call():
                yield from self._of_call(node)
                return
            case _:
                return
        yield from ((name, node) for name in names)

    def _of_call(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Columns that are named in the arguments of a method of the table, or of a function that is given it."""
        receiver = isinstance(call.func, ast.Attribute) and self.is_frame(call.func.value)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if call is self.call or not (receiver or any(map(self.is_frame, given))):
            return
        naming = [k.value for k in call.keywords if k.arg in _SELECTS]
        if receiver and last_name(call.func) in _FIRST and not self._drops_rows(call):
            naming += call.args[:1]
        if receiver and last_name(call.func) in {"fillna", "astype", "agg", "replace"}:
            naming += call.args[:1] if call.args and isinstance(call.args[0], ast.Dict) else []
        for node in naming:
            yield from ((name, call) for name in _keys(node) or strings(node, self.scene))

    def _drops_rows(self, call: ast.Call) -> bool:
        """`df.drop(3)`, `df.drop("row")`: along the rows where no axis is given."""
        if last_name(call.func) != "drop":
            return False
        axes = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "axis")]
        return not any(isinstance(axis, ast.Constant) and axis.value in {1, "columns"} for axis in axes)

    def _positions(self, node: ast.AST, found: Columns) -> None:
        match node:
            case ast.Attribute(attr="values", value=inner) if self.is_frame(inner):
                found.whole = True
            case ast.Call(func=ast.Attribute(attr="to_numpy" | "drop" | "pop", value=inner)) if self.is_frame(inner):
                found.whole = True
            case ast.Subscript(value=inner, slice=ast.Tuple(elts=[_, index])) if self.is_frame(inner):
                _position(index, found)
            case ast.Subscript(value=inner, slice=ast.Constant(value=int() as number)) if self.is_frame(inner):
                if not isinstance(inner, ast.Attribute):
                    found.least, found.alone = max(found.least, number + 1), [*found.alone, number]


def _position(index: ast.expr, found: Columns) -> None:
    match index:
        case ast.Constant(value=int() as number):
            found.least, found.alone = max(found.least, number + 1), [*found.alone, number]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            found.least, found.last = max(found.least, number), found.last or number == 1
        case ast.Slice(lower=lower, upper=upper):
            found.whole = True
            start, end = _number(lower), _number(upper)
            # What is open to the right has more than one column.
            least = end if end > 0 else max(start, 0) + (1 if start < 0 else SEVERAL) - min(end, start, 0)
            found.least = max(found.least, least)
        case ast.List(elts=items):
            for item in items:
                _position(item, found)


def _number(bound: ast.expr | None) -> int:
    """Of a slice's bound; 0 where there is none, or no number."""
    match bound:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    return 0


def _keys(node: ast.expr) -> list[str]:
    if not isinstance(node, ast.Dict):
        return []
    return [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _placed(tree: ast.Module) -> list[ast.expr]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.expr)]


def _evaluated(node: ast.expr) -> tuple[int, bool, int]:
    """The order of the text; what is assigned to comes after what is assigned."""
    stores = isinstance(getattr(node, "ctx", None), ast.Store)
    return (node.end_lineno or node.lineno if stores else node.lineno), stores, node.col_offset
