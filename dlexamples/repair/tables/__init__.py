"""What libraries renamed, moved and removed: the rows of `<library>.toml` in this folder, read by the rule `renamed`.

A row is used only where a session stopped at the old name *and* the new one exists in the installed library, so rows
of several versions live side by side: a name that still works is never touched. Names are full and public, whatever the
post calls them: `numpy.alltrue`, `torch.Tensor.gesv` (a method, found by the class of the live object, subclasses
included), `keras.layers.core` (a module). `new` is written in the post's own spelling (`np.all`, `F.relu`).

The head of a file may say

    also = ["tensorflow.keras"]   # the file's names exist below these prefixes too, in place of the file's own name

and then come rows of five kinds. Every row has

    since = "2.0"                 # the version that took the old form out, or that deprecated it
    source = "…"                  # where that is said: a release note, a deprecation message; a URL or a name

and may have

    works = "2.13"                # the old form still works in this version, the latest one that was looked at
    unsafe = true                 # results or visible structure change (`call` rows are unsafe unless they say `false`)
    note = "…"                    # what an author should know, put behind the description of the edit

**name**: the same thing under another name, with the same parameters and result. Both may be modules, whose members
then kept their names. A builtin is written `builtins.float`.

    [[name]]
    old = "numpy.alltrue"
    new = "numpy.all"

**call**: arguments, their order or the result changed. `old` is the old call as its signature was, `new` an expression
over its parameters; names in it that are no parameters are written in full, but for builtins. An argument that the post
does not give is left out of `new` where it stands as a whole argument there (`dtype=dtype`), and takes its default
elsewhere. `*rest` and `**rest` stand for what is left over. Of a method the first parameter is `self`. Of several rows
for one name the first is taken whose `when` is true: an expression over the parameters' *live values* (defaults
included), with `given("x")` (the post writes it) and `is_a(x, "pandas.DataFrame")`. A value that cannot be known makes
no row fit.

    [[call]]
    old = "torch.qr(input, some=True, *, out=None)"
    new = "torch.linalg.qr(input, mode='complete', out=out)"
    when = "not some"

Where the old call gave a tuple and each part has a call of its own now, `fields` names the parts (as attributes of the
named tuple) and `new` has an expression for each, "" for what is gone. Then `f(x).first`, `f(x)[0]`, `a, _ = f(x)` and
`a, b = f(x)` without a later `b` are edited; other uses are refused.

    [[call]]
    old = "torch.solve(B, A)"
    fields = ["solution", "LU"]
    new = ["torch.linalg.solve(A, B)", ""]

With `reordered = true` the library takes the old call for one of the new form, and fails in its own way or not at all:
`when` alone tells the old one, whatever is raised.

**keyword**: an argument has another name. `of` is a function, a class (its subclasses included) or a method, or a list
of them; `values` maps the old value's code to the new one's, where that changed too. With `new = ""` the argument is
left out: only for what had no effect on results, which `note` explains, and only with one of the `values`, if there are
any.

    [[keyword]]
    of = "sklearn.preprocessing.OneHotEncoder"
    old = "sparse"
    new = "sparse_output"

**value**: a literal given to the parameter `parameter` of `of` has another spelling; both are Python code.

    [[value]]
    of = "sklearn.ensemble.GradientBoostingClassifier"
    parameter = "loss"
    old = "'deviance'"
    new = "'log_loss'"

**gone**: there is no replacement of the same meaning. The author is told `instead`, and nothing is edited.

    [[gone]]
    old = "sklearn.datasets.load_boston"
    instead = "`sklearn.datasets.fetch_california_housing` is another set with a number as target"
"""

from __future__ import annotations

import ast
import sys
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


PYTHON = "python"
"""The file about Python's own library, which is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What rows of every kind say."""

    since: str
    source: str
    works: str = ""
    note: str = ""
    unsafe: bool = False
    library: str = ""
    """The file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Row):
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Row):
    old: str
    """The name alone."""
    parameters: ast.arguments
    new: str | tuple[str, ...]
    when: str = ""
    fields: tuple[str, ...] = ()
    unsafe: bool = True
    reordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword(Row):
    of: tuple[str, ...]
    old: str
    new: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Row):
    of: tuple[str, ...]
    parameter: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Row):
    old: str
    instead: str


KINDS: dict[str, type[Row]] = {"name": Name, "call": Call, "keyword": Keyword, "value": Value, "gone": Gone}
R = TypeVar("R", bound=Row)


def rows(kind: type[R]) -> tuple[R, ...]:
    """The rows of one kind, of the libraries that are loaded: nothing stops at a name of another one. Raises ValueError
    for a file that breaks the format."""
    return tuple(
        row for library in libraries() if _is_loaded(library) for row in _all_of(library) if isinstance(row, kind)
    )


def all_rows() -> tuple[Row, ...]:
    """The rows of every kind, of all libraries."""
    return tuple(row for library in libraries() for row in _all_of(library))


@cache
def libraries() -> tuple[str, ...]:
    """The files' names."""
    found = [item.name for item in files(__package__).iterdir()]
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def _text(library: str) -> str:
    return files(__package__).joinpath(f"{library}.toml").read_text(encoding="utf-8")


@cache
def _all_of(library: str) -> tuple[Row, ...]:
    return tuple(read(library, _text(library)))


def _is_loaded(library: str) -> bool:
    return library == PYTHON or any(name in sys.modules for name in _prefixes(library))


@cache
def _prefixes(library: str) -> frozenset[str]:
    """The packages that a file is for."""
    # To read a whole file takes longer than all else that a rule does.
    head = tomllib.loads(_text(library).partition("\n[[")[0])
    return frozenset(name.partition(".")[0] for name in (library, *head.get("also", ())))


def read(library: str, text: str) -> list[Row]:
    """The rows of one file, those under its other prefixes included."""
    table = tomllib.loads(text)
    also = table.pop("also", [])
    if unknown := set(table) - set(KINDS):
        raise ValueError(f"{library}.toml: {sorted(unknown)} is no kind of row")
    found = []
    for kind, entries in table.items():
        for entry in entries:
            found.append(_row(library, kind, entry))
            found += [_row(library, kind, _moved(entry, library, prefix)) for prefix in also]
    return found


def _row(library: str, kind: str, entry: dict[str, Any]) -> Row:
    made = KINDS[kind]
    entry = {**entry, "library": library}
    if kind == "call":
        call = _call(library, entry["old"])
        entry |= {"old": ast.unparse(call[0]), "parameters": call[1]}
    for listed in ("new", "fields"):
        if isinstance(entry.get(listed), list):
            entry[listed] = tuple(entry[listed])
    if "of" in entry:
        entry["of"] = (entry["of"],) if isinstance(entry["of"], str) else tuple(entry["of"])
    if kind == "keyword":
        entry.setdefault("values", {})
    known = {field.name: field.default is MISSING for field in fields(made)}
    wrong = (set(entry) - set(known)) | {name for name, needed in known.items() if needed and name not in entry}
    if wrong:
        raise ValueError(f"{library}.toml: {sorted(wrong)} does not belong to, or is missing in, {entry}")
    return made(**entry)


def _call(library: str, old: str) -> tuple[ast.expr, ast.arguments]:
    """The name and the parameters of `torch.qr(input, some=True)`."""
    name, _, parameters = old.partition("(")
    function = ast.parse(f"lambda {parameters.removesuffix(')')}: 0", mode="eval").body
    if not old.endswith(")") or not isinstance(function, ast.Lambda):
        raise ValueError(f"{library}.toml: {old!r} is no call with its parameters")
    return ast.parse(name, mode="eval").body, function.args


def _moved(entry: Any, library: str, prefix: str) -> Any:
    """The row as it is below another prefix: of names that begin with the file's own name only."""
    if isinstance(entry, list):
        return [_moved(item, library, prefix) for item in entry]
    if isinstance(entry, str):
        return prefix + entry[len(library) :] if entry.startswith(library + ".") else entry
    named = ("old", "new", "of")
    return {key: _moved(value, library, prefix) if key in named else value for key, value in entry.items()}
