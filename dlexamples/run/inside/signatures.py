"""Whether a callable takes the arguments of a call, told from its signature without calling it."""

from __future__ import annotations

import ast
import difflib
import inspect
from collections.abc import Iterator
from typing import Any

from .forwarding import accepted

MOST_NAMES = 8
"""Parameters that a message lists."""
UNKNOWN = object()
"""Stands for every argument: no value is looked at."""
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def refusal(callee: Any, call: ast.Call, cls: type | None = None) -> tuple[str, ast.AST] | None:
    """Why the call is certain to be refused, and the part of it that is; None where it may go through. `cls`: of a
    method of an object of it, which the interpreter supplies."""
    function, implicit = (callee, 1) if cls else _taking(callee)
    signature = _signature(function)
    if signature is None:
        return None
    names = [p.name for p in list(signature.parameters.values())[implicit:] if p.kind in _BY_NAME]
    unknown = _unknown_keyword(signature, call)
    if unknown and any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        taken = accepted(function, cls or (callee if isinstance(callee, type) else None))
        unknown = None if taken is None else next((k for k in call.keywords if k.arg and k.arg not in taken), None)
        names += sorted((taken or set()) - set(names) - set(list(signature.parameters)[:implicit]))
    if unknown:
        if _mentioned(function, unknown.arg or ""):
            return None
        return f"has no parameter `{unknown.arg}`{_parameters(names, unknown.arg or '')}", unknown
    if hasattr(function, "__wrapped__"):
        # A decorator may supply some arguments, or take more of them than the function that it wraps.
        return None
    return _misfit(signature, implicit, call)


def _taking(callee: Any) -> tuple[Any, int]:
    """The function that takes the arguments of a call, and how many the interpreter supplies to it: `self`."""
    if not isinstance(callee, type):
        return callee, 0
    if type(callee).__call__ is not type.__call__ or hasattr(callee, "__signature__"):
        return None, 0  # A metaclass makes of the arguments what it likes, and a class says of itself what it likes.
    # The more derived one decides: `__new__` of a base that takes anything says nothing about `__init__`. Of one class
    # it is `__new__`, which may make an object of another class.
    name = min(("__new__", "__init__"), key=lambda name: _depth(callee, name))
    return inspect.getattr_static(callee, name), 1


def _unknown_keyword(signature: inspect.Signature, call: ast.Call) -> ast.keyword | None:
    """The first keyword that the signature does not name."""
    names = {p.name for p in signature.parameters.values() if p.kind in _BY_NAME}
    return next((keyword for keyword in call.keywords if keyword.arg and keyword.arg not in names), None)


def _misfit(signature: inspect.Signature, implicit: int, call: ast.Call) -> tuple[str, ast.AST] | None:
    """Too many arguments, or too few, or one of them twice."""
    positional = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    named = [keyword.arg for keyword in call.keywords if keyword.arg]
    is_open = len(positional) < len(call.args) or len(named) < len(call.keywords)
    bind = signature.bind_partial if is_open else signature.bind
    try:
        bind(*[UNKNOWN] * (implicit + len(positional)), **dict.fromkeys(named, UNKNOWN))
    except TypeError as error:
        return _told(str(error), signature, implicit, len(positional)), call
    return None


def _depth(cls: type, name: str) -> int:
    """How many classes up the method resolution order a method is defined."""
    return next(index for index, base in enumerate(cls.__mro__) if name in vars(base))


def _signature(function: Any) -> inspect.Signature | None:
    """None where the function tells none: one that is built in, mostly."""
    if isinstance(function, staticmethod):
        function = function.__func__
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _mentioned(function: Any, name: str) -> bool:
    """Whether a decorator round the function knows the name: one that renames arguments holds the old ones."""
    while hasattr(function, "__wrapped__"):
        held = [_content(cell) for cell in getattr(function, "__closure__", None) or ()]
        held.append(getattr(getattr(function, "__code__", None), "co_consts", ()))
        if any(name in _words(each) for each in held):
            return True
        function = function.__wrapped__
    return False


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing was put into it
        return None


def _words(held: Any, depth: int = 2) -> Iterator[Any]:
    """The strings in a string or a container."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict) and depth:
        for key, value in held.items():
            yield from _words(key, depth - 1)
            yield from _words(value, depth - 1)
    elif isinstance(held, (list, tuple, set, frozenset)) and depth:
        for value in held:
            yield from _words(value, depth - 1)


def _told(error: str, signature: inspect.Signature, implicit: int, positional: int) -> str:
    """`inspect.Signature.bind`'s own message, with the numbers that it leaves out."""
    if error != "too many positional arguments":
        return f"is {error}" if error.startswith("missing") else f"got {error}"
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    taken = sum(p.kind in kinds for p in signature.parameters.values()) - implicit
    return f"takes {taken} positional argument{'s' * (taken != 1)}, and {positional} are given"


def _parameters(names: list[str], wanted: str) -> str:
    """The name that may be meant, else those that there are."""
    names = [name for name in names if not name.startswith("_")]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.7)
    if near:
        return f"; did you mean `{near[0]}`?"
    if not names:
        return "; it takes no keywords"
    return f"; it has {', '.join(f'`{name}`' for name in names[:MOST_NAMES])}{', …' * (len(names) > MOST_NAMES)}"
