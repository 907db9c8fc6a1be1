"""Python 2: statements that are functions now, and what PEP 3099 to 3110 took away.

https://docs.python.org/3/whatsnew/3.0.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dlexamples.repair.syntax import Change, mistake
from dlexamples.repair.syntax.text import code_end, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.repair.syntax import Fault

PRINT = re.compile(r"(?P<head>(?:.*[:;])?\s*)\bprint\b(?!\s*\()(?P<rest>(?:\s+(?![=.]).*|\s*>>.*)?)$")
PRINT_GROUP = re.compile(r"(?P<head>(?:.*[:;])?\s*)\bprint (?P<rest>\(.*)$")
TO_FILE = re.compile(r">>\s*([\w.]+)\s*,\s*(.*)$")
EXCEPT = re.compile(r"^(\s*except\s+(?:[\w.]+|\([^)]*\)))\s*,\s*(\w+)\s*:")
RAISE = re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$")
EXEC = re.compile(r"^(\s*)exec\s+(?!\()(.+)$")
OCTAL = re.compile(r"(?<![\w.])0([0-7]+)\b(?!\.)")
LONG = re.compile(r"(?<![\w.])(\d+)[lL]\b")
SUSPECT = re.compile(r"print|except|raise|exec|<>|`|\b\d+[lL]?\b|ur['\"]")


@mistake
def python2(fault: Fault) -> Iterator[Change]:
    """All of the block at once, where the fault stands on such a line."""
    rows = [_modern(row) for row in fault.rows]
    span = range(fault.line - 1, min(fault.end_line, len(rows)))
    changed = [number for number, (new, old) in enumerate(zip(rows, fault.rows, strict=True), start=1) if new != old]
    if changed and any(rows[i] != fault.rows[i] for i in span):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        what = f"{shown(rows[changed[0] - 1])}{more} in Python 3's form"
        yield Change("\n".join(rows), what, is_certain=all("/" not in fault.rows[number - 1] for number in changed))


def _modern(row: str) -> str:
    if not SUSPECT.search(row) or row.lstrip().startswith("#"):
        return row
    end = code_end(row)
    code, comment = row[:end], row[end:]
    code = _print(code)
    code = EXCEPT.sub(r"\1 as \2:", code)
    code = RAISE.sub(r"\1(\2)", code)
    code = EXEC.sub(r"\1exec(\2)", code)
    if "'" not in code and '"' not in code:
        code = code.replace("<>", "!=")
        code = re.sub(r"`([^`]+)`", r"repr(\1)", code)
        code = LONG.sub(r"\1", OCTAL.sub(r"0o\1", code) if OCTAL.search(code) else code)
    code = re.sub(r"\bur(['\"])", r"r\1", code)
    return code + comment


def _print(code: str) -> str:
    found = PRINT.match(code) or _print_of_group(code)
    if found is None:
        return code
    head, rest = found["head"], found["rest"].strip()
    file = ""
    if redirected := TO_FILE.match(rest):
        file, rest = f", file={redirected[1]}", redirected[2]
    if rest.endswith(","):
        return f'{head}print({rest[:-1].rstrip()}, end=" "{file})'
    return f"{head}print({rest}{file})"


def _print_of_group(code: str) -> re.Match[str] | None:
    """`print ("a %d") % 1`, `print (1), 2`: the parentheses are not the call's."""
    found = PRINT_GROUP.match(code)
    if found is None:
        return None
    depth = 0
    for at, character in enumerate(found["rest"]):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return found if found["rest"][at + 1 :].strip() else None
    return None
