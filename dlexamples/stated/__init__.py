"""The environment that a post states for tools to read, beside what it tells its reader to install.

Read are inline script metadata (PEP 723, `# /// script`) in any Python block, and in front matter `requires:` and
`requires-python:`, or marimo's `pyproject:`, which holds the same TOML. Several statements add up. What one
tool alone would follow (`[tool.uv]`: sources, indexes, dates) is not followed, and that is told.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from dlexamples.formats.front_matter import front_matter_rows

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    from dlexamples.model import Document

# The specification's own pattern, but that trailing blanks are allowed.
_SCRIPT = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)[ \t]*$\s(?P<content>(?:^#(?:| .*)$\s)+)^# ///[ \t]*$")
_OPENED = re.compile(r"(?m)^# /// script[ \t]*$")
_KEY = re.compile(r"""^(["']?)(?:requires|requires-python|pyproject)\1\s*[:=]""", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\r|\n")


class Need(NamedTuple):
    """One requirement, as pip takes it, and the document's line that states it."""

    requirement: Requirement
    line: int


class Python(NamedTuple):
    """The versions of Python that are stated."""

    versions: SpecifierSet
    line: int


class Fault(NamedTuple):
    """What of a statement cannot be read, or is not followed."""

    text: str
    line: int
    level: str
    """`error`, `warning` or `note`."""


class Stated(NamedTuple):
    """The whole environment that a post states."""

    needs: tuple[Need, ...] = ()
    pythons: tuple[Python, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(need.requirement) for need in self.needs))


class _Table(NamedTuple):
    """`dependencies` and `requires-python` of one statement, with the rows that it stands in."""

    values: dict[str, Any]
    rows: Sequence[str]
    line: int
    """The document's line of the first of `rows`."""
    level: str
    """Of what is wrong with it: an error where its form is standardised."""
    listed_as: str = "dependencies"
    """The key that its requirements stand under."""


def states(document: Document) -> bool:
    """Whether it states anything of its environment, in whatever form."""
    return any(True for _ in _tables(document))


def stated(document: Document) -> Stated:
    """What the post states, in its order. Requirements whose marker does not hold on this machine are left out."""
    needs: list[Need] = []
    pythons: list[Python] = []
    faults: list[Fault] = []
    for table in _tables(document):
        if isinstance(table, Fault):
            faults.append(table)
            continue
        for found in (*_dependencies(table), *_python(table), *_not_followed(table)):
            if isinstance(found, Need):
                needs.append(found)
            elif isinstance(found, Python):
                pythons.append(found)
            else:
                faults.append(found)
    return Stated(tuple(needs), tuple(pythons), tuple(faults))


def _tables(document: Document) -> Iterator[_Table | Fault]:
    rows = _LINE_END.split(document.text.removeprefix("\ufeff"))
    above = rows[: front_matter_rows(rows)]
    if _KEY.search("\n".join(above)):
        yield from _of_front_matter(above)
    for block in document.blocks:
        if block.is_python and _OPENED.search(block.published):
            yield from _of_script(block.published, block.first_line)


def _of_front_matter(rows: Sequence[str]) -> Iterator[_Table | Fault]:
    text = "\n".join(rows[1:-1])
    values = _toml(text, 1, "warning") if rows[0].startswith("+") else _yaml(text)
    if isinstance(values, Fault):
        yield values
        return
    pyproject = values.get("pyproject")
    if isinstance(pyproject, str):
        line = _line_of("pyproject", rows, 1)
        table = _toml(pyproject, line, "error")
        yield table if isinstance(table, Fault) else _Table(table, rows[line - 1 :], line, "error")
    own = {"dependencies": values.get("requires", []), "requires-python": values.get("requires-python")}
    if isinstance(own["dependencies"], str):
        own["dependencies"] = own["dependencies"].splitlines()
    yield _Table({name: value for name, value in own.items() if value is not None}, rows, 1, "warning", "requires")


def _of_script(source: str, first_line: int) -> Iterator[_Table | Fault]:
    found = [match for match in _SCRIPT.finditer(source) if match["type"] == "script"]
    for number, match in enumerate(found):
        line = first_line + source[: match.start()].count("\n")
        if number:
            yield Fault("a second `# /// script` in one block; a reader's tool takes one", line, "error")
            return
        rows = match[0].splitlines()
        content = "\n".join(row.removeprefix("#").removeprefix(" ") for row in match["content"].splitlines())
        table = _toml(content, line, "error")
        yield table if isinstance(table, Fault) else _Table(table, rows, line, "error")
    if not found and (opened := _OPENED.search(source)):
        line = first_line + source[: opened.start()].count("\n")
        yield Fault(
            "`# /// script` is never closed\na line `# ///` ends it, and each between begins with `#`", line, "error"
        )


def _toml(text: str, line: int, level: str) -> dict[str, Any] | Fault:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Fault(f"what states the environment is no valid TOML: {error}", line, level)


def _yaml(text: str) -> dict[str, Any] | Fault:
    import yaml

    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split("\n")[0].split())
        return Fault(f"the front matter, which states the environment, is no valid YAML: {told}", 1, "warning")
    return values if isinstance(values, dict) else {}


def _dependencies(table: _Table) -> Iterator[Need | Fault]:
    from packaging.requirements import InvalidRequirement, Requirement

    listed = table.values.get("dependencies", [])
    if not isinstance(listed, list):
        line = _line_of(table.listed_as, table.rows, table.line)
        yield Fault(f"`{table.listed_as}` is {listed!r}; it must be a list of requirements", line, table.level)
        return
    for each in listed:
        line = _line_of(str(each), table.rows, table.line)
        try:
            requirement = Requirement(each)
        except (InvalidRequirement, TypeError):
            told = f"{each!r} is no requirement as pip takes it; `torch>=2.4` is one, and several are a list"
            yield Fault(told, line, table.level)
            continue
        if requirement.marker is None or requirement.marker.evaluate():
            requirement.marker = None
            yield Need(requirement, line)


def _python(table: _Table) -> Iterator[Python | Fault]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    versions = table.values.get("requires-python")
    if versions is None:
        return
    line = _line_of("requires-python", table.rows, table.line)
    try:
        yield Python(SpecifierSet(versions), line)
    except (InvalidSpecifier, TypeError, AttributeError):
        yield Fault(f"`requires-python` is {versions!r}; it must be versions as in '>=3.10'", line, table.level)


def _not_followed(table: _Table) -> Iterator[Fault]:
    tool = table.values.get("tool")
    own = tool.get("uv") if isinstance(tool, dict) else None
    if own and isinstance(own, dict):
        line = _line_of("[tool.uv", table.rows, table.line)
        listed = ", ".join(f"`{name}`" for name in own)
        yield Fault(f"{listed} of `[tool.uv]` is not followed: packages come from your own index", line, "note")


def _line_of(text: str, rows: Sequence[str], line: int) -> int:
    """The first of `rows` that holds `text`, and not as a part of a longer word; `line`, that of the first row, where
    none does."""
    word = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])")
    return next((line + number for number, row in enumerate(rows) if word.search(row)), line)
