"""Which files the text of a block makes, and which it speaks of."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

WORKING_FOLDER = ("project", "docs", "posts")
"""Where blocks start, below their scratch folder: a post reads `../data` and `../../images`, which lie in it too."""
_FILE = re.compile(r"[\w./-]*\w\.[A-Za-z]\w{0,9}")
_WRITERS = re.compile(
    r"^(save\w*|to_(csv|json|parquet|pickle|excel|feather|file)|dump|imsave|imwrite|write_\w+|savez\w*)$"
)
_MODES = re.compile(r"[wax][bt+]{0,2}")


def files_made(tree: ast.AST) -> frozenset[str]:
    """Files that are written under a name which stands in the text: `torch.save(…, "model.pth")`."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and writes(node))
    return frozenset(name for call in calls for name in _files(call))


def files_named(tree: ast.AST) -> frozenset[str]:
    """Files whose names stand in the text as strings of their own."""
    return frozenset(_files(tree))


def writes(call: ast.Call) -> bool:
    """`torch.save(…)`, `model.save(…)`, `df.to_csv(…)`, `joblib.dump(…)`, `open(…, "w")`."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "open":
        return bool(_WRITERS.match(name))
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    modes = (node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return any(map(_MODES.fullmatch, modes))


def _files(tree: ast.AST) -> list[str]:
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [str(PurePosixPath(text)) for text in texts if _FILE.fullmatch(text)]
