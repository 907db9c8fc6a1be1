"""The order of supplied imports: `import x` above `from x import y`, in each the standard library first."""

from __future__ import annotations

import re
import sys

_FROM = re.compile(r"from ([\w.]+) import (\w+(?: as \w+)?(?:, \w+(?: as \w+)?)*)")
_PLAIN = re.compile(r"import ([\w.]+)(?: as \w+)?")


def is_simple(line: str) -> bool:
    """Whether `line` is an import as it is supplied: whole, and of one module."""
    return bool(_FROM.fullmatch(line) or _PLAIN.fullmatch(line))


def grouped(lines: list[str]) -> list[str]:
    """`lines`, all of them simple, without repetition and with one line for what comes from one module."""
    plain = {line for line in lines if _PLAIN.fullmatch(line)}
    names: dict[str, set[str]] = {}
    for match in filter(None, map(_FROM.fullmatch, lines)):
        names.setdefault(match[1], set()).update(match[2].split(", "))
    items = [f"from {module} import {', '.join(sorted(found))}" for module, found in names.items()]
    return [*sorted(plain, key=_order), *sorted(items, key=_order)]


def _order(line: str) -> tuple[bool, str]:
    module = line.split()[1]
    return module.partition(".")[0] not in sys.stdlib_module_names, module
