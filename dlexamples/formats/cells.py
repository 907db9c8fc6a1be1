"""A notebook's cells, as nbformat reads them, with the places of their sources in the JSON text and their lines.

Lines are those of the file where each line of a source has one of its own there, as Jupyter writes it. Of any other
notebook they are counted over the sources, cell after cell, with a blank line between.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dlexamples.formats.disk import UnreadablePost
from dlexamples.formats.json_text import Value, items, members, strings
from dlexamples.formats.lines import BOM, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

KERNELS = {
    "r": {"ir", "irkernel", "r", "xr"},
    "julia": {"ijulia", "julia", "xjulia"},
    "bash": {"bash", "sh", "zsh"},
    "c++": {"cling", "cpp", "xcling", "xcpp", "xeus"},
    "c": {"c", "xc"},
    "javascript": {
        "deno",
        "ijavascript",
        "javascript",
        "jslab",
        "node",
        "nodejs",
        "tslab",
        "typescript",
        "xjavascript",
    },
    "scala": {"almond", "apache_toree_scala", "scala", "spylon"},
    "java": {"ganymede", "ijava", "jjava", "java"},
    "kotlin": {"kotlin"},
    "rust": {"evcxr", "rust"},
    "go": {"go", "gonb", "gophernotes"},
    "ruby": {"iruby", "ruby"},
    "haskell": {"haskell", "ihaskell"},
    "octave": {"octave", "xoctave"},
    "matlab": {"imatlab", "matlab", "jupyter_matlab"},
    "lua": {"lua", "xlua"},
    "perl": {"iperl", "perl"},
    "sql": {"sql", "xsql", "xsqlite", "xsqlite3"},
    "sas": {"sas"},
    "c#": {"csharp", ".net-csharp"},
}
"""Languages by their kernels' names without versions, of
https://github.com/jupyter/jupyter/wiki/Jupyter-kernels."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    kind: str
    """`code`, `markdown` or `raw`."""
    source: str
    tags: tuple[str, ...]
    at: Value
    """Where its source stands in the JSON text."""
    line: int = 0
    """The line of the first line of its source."""

    @property
    def end_line(self) -> int:
        return self.line + max(len(lines(self.source)), 1) - 1


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook of version 4."""

    cells: tuple[Cell, ...]
    language: str
    """The kernel's, in lower case."""
    in_file: bool
    """Whether the cells' lines are the file's."""

    @property
    def view(self) -> str:
        """The sources on their lines, and nothing else."""
        rows = [""] * max((cell.end_line for cell in self.cells), default=0)
        for cell in self.cells:
            for number, row in enumerate(lines(cell.source), cell.line - 1):
                rows[number] = row.text
        return "".join(f"{row}\n" for row in rows)


def notebook(path: Path, text: str) -> Notebook:
    """Raises UnreadablePost."""
    node = _node(path, text)
    cells = list(_cells(path, text, node))
    numbered = _in_file(text, cells)
    return Notebook(tuple(numbered or _counted(cells)), _language(node.get("metadata", {})), bool(numbered))


def _node(path: Path, text: str) -> Any:
    from nbformat import ValidationError, reader

    try:
        node: Any = reader.reads(text.removeprefix(BOM))  # type: ignore[no-untyped-call]
        version = node.get("nbformat")
    except reader.NotJSONError as error:
        raise UnreadablePost(f"{path}: {_not_json(error.__cause__)}; a notebook is a JSON file") from None
    except RecursionError:
        raise UnreadablePost(f"{path} is nested too deeply for a notebook") from None
    except (ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        what = str(error).partition("\n")[0]
        raise UnreadablePost(f"{path} is JSON, and no notebook that nbformat can read: {what}") from None
    if version is None:
        raise UnreadablePost(f"{path} is JSON, and no notebook: it says no version under `nbformat`")
    if version != 4:
        raise UnreadablePost(
            f"{path} is a notebook of version {version}; "
            f"`jupyter nbconvert --to notebook --nbformat 4 --inplace {path}` makes it one of version 4"
        )
    return node


def _not_json(error: object) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    return f"not valid JSON: {error}"


def _cells(path: Path, text: str, node: Any) -> Iterator[Cell]:
    cells = members(text, text.index("{"))["cells"]
    for number, (cell, at) in enumerate(zip(node.cells, items(text, cells.start), strict=True), 1):
        source = members(text, at.start).get("source")
        if source is None or not isinstance(cell.source, str):
            line = text.count("\n", 0, at.start) + 1
            raise UnreadablePost(f"{path}:{line}: cell {number} has no source; save the notebook in Jupyter again")
        tags = cell.get("metadata", {}).get("tags", ())
        yield Cell(str(cell.get("cell_type")), cell.source, tuple(map(str, tags)), source)


def _language(metadata: Any) -> str:
    """Of notebooks that name no kernel, Python."""
    said = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get("language")
    return str(said or _of_kernel(str(metadata.get("kernelspec", {}).get("name") or "python"))).lower()


def _of_kernel(name: str) -> str:
    """The language of a kernel that says nothing but its name. Environments' names are anything: `conda_pytorch`."""
    kernel = re.sub(r"([-_ ]kernel)?[-_. ]*[\d.]*$", "", name.lower())
    return next((language for language, kernels in KERNELS.items() if kernel in kernels), "python")


def _in_file(text: str, cells: Sequence[Cell]) -> list[Cell]:
    """The cells with their lines in the file; nothing where two lines would be one."""
    ends = list(accumulate(len(line.text) + len(line.end) for line in lines(text)))
    found: list[Cell] = []
    free = 1
    for cell in cells:
        strings_at = strings(text, cell.at) or [cell.at]
        first, last = (bisect_right(ends, at.start) + 1 for at in (strings_at[0], strings_at[-1]))
        cell = replace(cell, line=first)
        if first < free or cell.end_line > last:
            return []
        found.append(cell)
        free = last + 1
    return found


def _counted(cells: Sequence[Cell]) -> Iterator[Cell]:
    line = 1
    for cell in cells:
        cell = replace(cell, line=line)
        yield cell
        line = cell.end_line + 2
