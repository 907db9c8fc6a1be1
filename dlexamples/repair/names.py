"""Names in the text that rules write: how the post spells a library's objects, and which names are free.

A template writes a library's object as `⟦torch.nn.MSELoss⟧`; `spelled` turns it into the post's own spelling.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
from typing import TYPE_CHECKING, Any

from dlexamples.repair.live import scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dlexamples.model import Place, Stop

MARKED = re.compile(r"⟦([\w.]+)⟧")
SHORT_PATHS = frozenset({"torch", "torch.nn", "torch.nn.functional", "torch.optim"})
"""Modules whose objects are commonly written out, once `torch` is imported."""

ALTERNATIVES = {
    "epoch": ("training_epoch",),
    "inputs": ("batch_inputs",),
    "targets": ("batch_targets",),
    "outputs": ("batch_outputs",),
    "loss": ("batch_loss",),
    "epoch_loss": ("mean_loss",),
    "accuracy": ("train_accuracy", "epoch_accuracy"),
    "train_loader": ("loader", "batches"),
    "test_inputs": ("eval_inputs",),
    "test_targets": ("eval_targets",),
    "test_loss": ("eval_loss",),
    "test_accuracy": ("eval_accuracy",),
    "val_loss": ("validation_loss",),
    "val_accuracy": ("validation_accuracy",),
}
"""What to call a thing when its usual name is the author's."""


def spelled(stop: Stop, lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines with every marked object as the post would write it, and the imports that this takes."""
    imports: dict[str, set[str]] = {}
    names = scope(stop)

    def replaced(match: re.Match[str]) -> str:
        module, _, attribute = match[1].rpartition(".")
        known = _known_spelling(names, module, attribute)
        if known:
            return known
        if module in SHORT_PATHS or attribute in names:
            imports.setdefault("", set()).add("torch" if module in SHORT_PATHS else module)
            return f"{module}.{attribute}"
        imports.setdefault(module, set()).add(attribute)
        return attribute

    written = [MARKED.sub(replaced, line) for line in lines]
    plain = [f"import {module}" for module in sorted(imports.pop("", ()))]
    listed = sorted(
        imports.items(), key=lambda item: (item[0].partition(".")[0] not in sys.stdlib_module_names, item[0])
    )
    return written, plain + [f"from {module} import {', '.join(sorted(found))}" for module, found in listed]


def _known_spelling(names: dict[str, Any], module: str, attribute: str) -> str:
    home = sys.modules.get(module)
    wanted = getattr(home, attribute, None)
    if wanted is not None and names.get(attribute) is wanted:
        return attribute
    aliases = [name for name, value in names.items() if value is home and not name.startswith("_")]
    if home is not None and aliases:
        return f"{aliases[0]}.{attribute}"
    if module in SHORT_PATHS and "torch" in sys.modules:
        torch = next((name for name, value in names.items() if value is sys.modules["torch"]), None)
        return f"{torch}{module.removeprefix('torch')}.{attribute}" if torch else ""
    return ""


def free_name(stop: Stop, wanted: str, *others: str) -> str:
    """`wanted`, or another name when the author means something else by it where the session stopped."""
    choices = (wanted, *others, *ALTERNATIVES.get(wanted, ()), *(f"{wanted}_{n}" for n in range(2, 100)))
    return next(name for name in choices if not _is_the_authors(stop, name))


def _is_the_authors(stop: Stop, name: str) -> bool:
    """Bound by the author before this place, read on its lines, or read behind it before it is bound."""
    if name in scope(stop) and name in _authors_names(stop):
        return True
    here = (use for use in _names([stop.sources[stop.at.block]]) if stop.at.line <= use.lineno <= stop.at.end_line)
    if any(use.id == name and isinstance(use.ctx, ast.Load) for use in here):
        return True
    first = next((use for use in uses_after(stop, stop.at) if _name(use) == name), None)
    return isinstance(first, ast.Name) and isinstance(first.ctx, ast.Load)


def _authors_names(stop: Stop) -> set[str]:
    """The published names that the place can see: those of the session's global scope; all, inside a function."""
    if stop.locals is not stop.namespace:
        return {found.id for found in _names(stop.published)}
    found: set[str] = set()
    for source in stop.published:
        try:
            table = symtable.symtable(source, "<block>", "exec")
        except SyntaxError:
            continue
        found.update(table.get_identifiers())
        found.update(
            symbol.get_name() for inner in _inner(table) for symbol in inner.get_symbols() if symbol.is_global()
        )
    return found


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def uses_after(stop: Stop, place: Place) -> Iterator[ast.AST]:
    """The syntax behind `place` in the session, in the order of the text."""
    for index, source in enumerate(stop.sources):
        nodes = [node for node in _walk(source) if hasattr(node, "lineno")]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
        for node in nodes:
            if index > place.block or (index == place.block and node.lineno > place.end_line):
                yield node


def is_bound_by(sources: Sequence[str], name: str) -> bool:
    """Whether some statement of the sources gives `name` a value."""
    return any(found.id == name and isinstance(found.ctx, ast.Store) for found in _names(sources))


def identifier(receiver: str) -> str:
    """The receiver as a part of a name: `models[0]` is `models_0`."""
    return re.sub(r"\W+", "_", receiver.removeprefix("self.")).strip("_")


def _names(sources: Sequence[str]) -> Iterator[ast.Name]:
    for source in sources:
        yield from (node for node in _walk(source) if isinstance(node, ast.Name))


def _walk(source: str) -> list[Any]:
    try:
        return list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return []


def _name(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
