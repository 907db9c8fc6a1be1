"""Looking at the live objects of a stopped session without changing them."""

from __future__ import annotations

import ast
import contextlib
import io
import random
import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

MISSING: Any = object()
"""What `value_of` gives when the value is not known without running the post's own code."""

READS = (
    ast.Expression, ast.expr_context, ast.operator, ast.unaryop, ast.Name, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.UnaryOp, ast.BinOp, ast.Compare, ast.cmpop, ast.Call, ast.keyword,
)  # fmt: skip
PURE_LIBRARIES = frozenset({"torch", "numpy", "pandas", "sklearn"})
PURE_BUILTINS = (bool, float, int, len, list, max, min, range, round, tuple, zip)
STATEFUL = ("backward", "load", "manual_seed", "pop", "save", "seed", "set", "step", "to_", "train", "write")
"""How names of the pure libraries begin that do more than compute."""


def scope(stop: Stop) -> dict[str, Any]:
    """The names that are visible where the session stopped."""
    return {**stop.namespace, **stop.locals}


def value_of(stop: Stop, code: str) -> Any:
    """What the expression is worth, or MISSING. Evaluates names, attributes, subscripts, literals, comparisons, and
    calls of numeric libraries that only compute; random states are put back."""
    names = scope(stop)
    try:
        tree = ast.parse(code.strip(), mode="eval")
        with undisturbed():
            if all(_reads(node, names) for node in ast.walk(tree)):
                return eval(compile(tree, "<expression>", "eval"), names)
    except Exception:  # whatever the post's objects raise, the value is not known
        return MISSING
    return MISSING


def argument_of(stop: Stop, code: str) -> Any:
    """What the argument of the call that failed is worth, or MISSING: the post's own functions are called too, as
    the interpreter would have done next, or has done already."""
    value = value_of(stop, code)
    if value is not MISSING:
        return value
    try:
        with undisturbed():
            return eval(code.strip(), scope(stop))
    except Exception:  # whatever the post's functions raise, the value is not known
        return MISSING


def torch_module() -> Any:
    """The torch that the session imported, or None."""
    return sys.modules.get("torch")


def is_module(value: Any) -> bool:
    torch = torch_module()
    return torch is not None and isinstance(value, torch.nn.Module)


def is_optimizer(value: Any) -> bool:
    torch = torch_module()
    return torch is not None and isinstance(value, torch.optim.Optimizer)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Puts random states back, and shows neither output nor warnings."""
    torch, numpy = torch_module(), sys.modules.get("numpy")
    ours = random.getstate()
    theirs = numpy.random.get_state() if numpy else None
    with contextlib.ExitStack() as stack:
        if torch is not None:
            devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
            stack.enter_context(torch.random.fork_rng(list(devices)))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        try:
            yield
        finally:
            random.setstate(ours)
            if numpy:
                numpy.random.set_state(theirs)


def _reads(node: ast.AST, names: dict[str, Any]) -> bool:
    if not isinstance(node, READS):
        return False
    return not isinstance(node, ast.Call) or _computes(node.func, names)


def _computes(function: ast.expr, names: dict[str, Any]) -> bool:
    """Whether calling this only gives a new value."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if not name or name.startswith(STATEFUL) or (name.endswith("_") and not name.endswith("__")):
        return False
    if not all(_reads(node, names) for node in ast.walk(function)):
        return False
    called = eval(compile(ast.Expression(function), "<function>", "eval"), names)
    if any(called is builtin for builtin in PURE_BUILTINS):
        return True
    torch = torch_module()
    if torch is not None and isinstance(called, type) and issubclass(called, torch.utils.data.Dataset):
        return True
    owner = getattr(called, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        owner = called
    home = owner.__module__ if isinstance(owner, type) or owner is called else type(owner).__module__
    return str(home).partition(".")[0] in PURE_LIBRARIES and not is_module(called)
