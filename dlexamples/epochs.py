"""Training made shorter: numbers of epochs that are written in the source, replaced in their places.

Shortened are, where the number is a literal and larger than what is asked for:

- an argument, a parameter's default or a name that says epochs: `fit(…, epochs=100)`, `def train(n_epochs=100)`,
  `EPOCHS = 100`, `config.max_epochs = 100`;
- the range of a loop whose variable says epoch, iteration or episode: `for epoch in range(1, 101)`, `trange(100)`,
  `tqdm(range(100))`; and of the innermost loop round an update of the weights (`loss.backward()`), whatever its
  variable, unless it runs within an epoch: then it goes through the batches.

Numbers that are computed (`range(n)`, `epochs=2 * n`) stay as they are.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER_OF_EPOCHS = re.compile(
    r"_?((n|nb|num|number_of|no_of|max|total|train|training|num_train|num_training)_?epochs?|epochs(_num|_count)?)"
)
_ONE_EPOCH = re.compile(
    r"_*((i|n|idx|current|training)_?)?(epochs?|ep|iter|iters|iteration|episode)(_?(i|idx|index|num|number|no))?_*"
)
_UPDATES = {"backward", "apply_gradients", "minimize", "train_on_batch", "train_step", "training_step", "partial_fit"}
"""Methods that are called where weights are changed."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """A number of epochs that was replaced."""

    line: int
    """The source's, from 1."""
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class _Change:
    literal: ast.Constant
    text: str
    was: int


def shortened(source: str, epochs: int | None) -> tuple[str, list[Shortened]]:
    """The source with its training shortened to `epochs`, line for line, and what was changed. Without a number, and
    where the source does not parse, it stays as it is."""
    if epochs is None:
        return source, []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source, []
    changes = sorted(_changes(tree, epochs), key=lambda change: (change.literal.lineno, change.literal.col_offset))
    rows = source.split("\n")
    for change in reversed(changes):
        literal, row = change.literal, rows[change.literal.lineno - 1].encode()
        text = row[: literal.col_offset] + change.text.encode() + row[literal.end_col_offset :]
        rows[literal.lineno - 1] = text.decode()
    return "\n".join(rows), [Shortened(change.literal.lineno, change.was, epochs) for change in changes]


def _changes(tree: ast.Module, epochs: int) -> Iterator[_Change]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, epochs)
        for name, value in _named(node):
            if _NUMBER_OF_EPOCHS.fullmatch(name.lower()):
                yield from _replaced(value, epochs)
    for loop in _training_loops(tree, in_epoch=False):
        yield from _of_range(loop, epochs)


def _of_call(call: ast.Call, epochs: int) -> Iterator[_Change]:
    """Keras counts `epochs` from `initial_epoch`."""
    first = next((keyword.value for keyword in call.keywords if keyword.arg == "initial_epoch"), None)
    start = 0 if first is None else _whole(first)
    for keyword in call.keywords:
        if start is not None and keyword.arg and _NUMBER_OF_EPOCHS.fullmatch(keyword.arg.lower()):
            yield from _replaced(keyword.value, epochs, start)


def _replaced(value: ast.expr, epochs: int, start: int = 0, step: int = 1) -> Iterator[_Change]:
    """The end of a count from `start`, brought nearer."""
    number = value.value if isinstance(value, ast.Constant) else None
    if not isinstance(value, ast.Constant) or isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    was, end = -(-(number - start) // step), start + epochs * step
    if was > epochs:
        yield _Change(value, str(float(end) if isinstance(number, float) else end), round(was))


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement or a signature gives a value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
        yield from _paired(node.target, node.value)
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        defaults = zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True)
        keywords = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        yield from ((argument.arg, default) for argument, default in (*defaults, *keywords) if default)


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        if len(target.elts) == len(value.elts):
            for each, its in zip(target.elts, value.elts, strict=True):
                yield from _paired(each, its)
    elif isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute):
        yield target.attr, value


def _training_loops(node: ast.AST, *, in_epoch: bool) -> Iterator[ast.expr]:
    """What the loops that train go over."""
    is_loop = isinstance(node, (ast.For, ast.AsyncFor))
    over = [(node.target, node.iter)] if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) else []
    for target, iterable in over:
        if _says_epoch(target):
            yield iterable
            in_epoch = True
        elif is_loop and not in_epoch and _updates(node):
            yield iterable
    for child in ast.iter_child_nodes(node):
        yield from _training_loops(child, in_epoch=in_epoch)


def _says_epoch(target: ast.expr) -> bool:
    names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
    return any(_ONE_EPOCH.fullmatch(name.lower()) for name in names)


def _updates(loop: ast.AST) -> bool:
    """Whether weights are changed in the loop's own body, and not in a loop or a function of it."""
    inner = (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    waiting: list[ast.AST] = list(getattr(loop, "body", []))
    while waiting:
        node = waiting.pop()
        if isinstance(node, inner):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _UPDATES:
            return True
        waiting.extend(ast.iter_child_nodes(node))
    return False


def _of_range(iterable: ast.expr, epochs: int) -> Iterator[_Change]:
    """The range itself, or the one that a progress bar or `enumerate` goes over."""
    if not isinstance(iterable, ast.Call) or not iterable.args:
        return
    name = iterable.func.attr if isinstance(iterable.func, ast.Attribute) else getattr(iterable.func, "id", "")
    if name not in {"range", "xrange", "trange"}:
        yield from _of_range(iterable.args[0], epochs)
        return
    bounds = iterable.args
    start = _whole(bounds[0]) if len(bounds) > 1 else 0
    step = _whole(bounds[2]) if len(bounds) > 2 else 1
    end = bounds[min(1, len(bounds) - 1)]
    if start is not None and step is not None and step > 0:
        yield from _replaced(end, epochs, start, step)


def _whole(node: ast.expr) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
