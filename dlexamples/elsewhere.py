"""What a post says outside a session: the imports and definitions of its other blocks, the libraries it speaks of."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from dlexamples.model import Definition, Post
from dlexamples.names import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Document, Session

SPOKEN = {
    "torch": r"\b(py)?torch\b",
    "tensorflow": r"\btensorflow\b",
    "keras": r"\bkeras\b",
    "sklearn": r"\b(scikit-learn|sklearn)\b",
    "jax": r"\bjax\b",
    "transformers": r"\bhugging ?face transformers\b|\btransformers library\b",
}
"""How prose speaks of a library, where the word is the library's alone."""
IMPORT = re.compile(r"^(?:\+|>>>)? ?((?:from [\w.]+ import|import) [\w., ]+)$", re.MULTILINE)
"""A whole import, also one that a diff adds."""
INSTALL = re.compile(r"\bpip3? install ((?:-?-?\w[\w.\[\]=<>~-]* *)+)")
NAME = re.compile(r"(?<![\w-])[A-Za-z]\w*(?:[-.]\w+)*")
LONGEST = 60
"""Lines of a definition that is taken from another block."""


def elsewhere(document: Document, session: Session) -> Post:
    """The imports and definitions of the blocks below the session's first that it does not hold, and the imports that
    are shown in other languages' fences, the first of each name. A session that its author has named shares nothing."""
    own = {block.id for block in session.blocks}
    first = min(block.line for block in session.blocks)
    named = any(block.marks.session for block in session.blocks)
    imports: dict[str, Definition] = {}
    definitions: dict[str, Definition] = {}
    for block in document.blocks:
        is_open = block.is_python and not block.marks.session and not named
        if is_open and block.line > first and block.id not in own:
            for name, is_import, source in _bindings(block.source):
                found = imports if is_import else definitions
                found.setdefault(name, Definition(block.id, source))
    if not named:
        for name, source, block_id in _shown(document):
            imports.setdefault(name, Definition(block_id, source))
    return Post(imports, definitions, _packages(document), document.view or document.text)


def _packages(document: Document) -> frozenset[str]:
    blocks = (block for block in document.blocks if block.is_python)
    imported = frozenset().union(*(names(block.source).imports for block in blocks))
    shown = {source.split()[1].partition(".")[0] for _, source, _ in _shown(document)}
    installed = {
        name.lower().replace("-", "_") for line in INSTALL.findall(document.text) for name in NAME.findall(line)
    }
    text = document.text.lower()
    return imported | shown | installed | {package for package, pattern in SPOKEN.items() if re.search(pattern, text)}


def _shown(document: Document) -> Iterator[tuple[str, str, str]]:
    """Imports in a fence that is no Python, a diff or a listing: the name, the import, the block's id."""
    for block in document.blocks:
        if not block.is_python and "import" in block.source:
            yield from ((name, source, block.id) for name, source in import_lines(block.source))


def import_lines(text: str) -> Iterator[tuple[str, str]]:
    """The imports that stand in a text which Python need not be able to read: the name, and the import by itself."""
    for line in IMPORT.findall(text):
        yield from ((name, source) for name, is_import, source in _bindings(line) if is_import)


@lru_cache(maxsize=1024)
def _bindings(source: str) -> tuple[tuple[str, bool, str], ...]:
    return tuple(_bound(source))


def _bound(source: str) -> Iterator[tuple[str, bool, str]]:
    """Each name that a statement by itself binds: whether it imports it, and the lines that do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    rows = source.split("\n")
    for node, statement in zip(body, names(source).statements, strict=False):
        lines = rows[statement.line - 1 : statement.end_line]
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    if alias.asname or "." not in alias.name:
                        yield alias.asname or alias.name, True, f"import {_spelt(alias)}"
            case ast.ImportFrom(module=str() as module, names=aliases, level=0) if module != "__future__":
                for alias in aliases:
                    if alias.name != "*":
                        yield alias.asname or alias.name, True, f"from {module} import {_spelt(alias)}"
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if len(lines) <= LONGEST:
                yield name, False, "\n".join(lines)
            case ast.Assign(targets=[ast.Name(id=name)]) if len(lines) <= LONGEST and name not in statement.needs:
                yield name, False, "\n".join(lines)


def _spelt(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
