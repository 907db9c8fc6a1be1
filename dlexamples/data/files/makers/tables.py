"""Tables that pandas reads, with the columns that the code uses."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from dlexamples.data.asked import Asked
from dlexamples.data.files.contents import Contents, classes, classifies, contents, is_target
from dlexamples.data.files.frames import SEVERAL, Columns, Frames
from dlexamples.data.files.known_tables import known_table
from dlexamples.data.files.literals import UNKNOWN, strings, value_of
from dlexamples.data.files.making import Asking, Made, generator, maker
from dlexamples.data.refusal import CannotTell
from dlexamples.data.widths import width
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

ROWS = 200
_DIALECT = {"sep", "delimiter", "encoding", "decimal", "compression", "quotechar"}
_REFUSED = {"skiprows", "skipfooter", "converters", "comment"}
_WORDS = ("a", "b", "c")
_TEXTS = ("a good film", "a dull film", "nothing new here", "we saw it twice")


@maker("pandas.read_csv", "pandas.read_table")
def table(asking: Asking) -> Made:
    pandas = sys.modules["pandas"]
    _check(asking)
    frames = Frames(asking.call, asking.scene, frozenset(dir(pandas.DataFrame)) | frozenset(dir(pandas.Series)))
    columns = frames.columns()
    _of_reader(asking, columns)
    if known := known_table(asking, columns, _written(asking)):
        return known
    found = {name: contents(name, uses, asking.scene) for name, uses in columns.named.items()}
    _fill_up(found, columns, asking.scene)
    if not found:
        raise CannotTell("nothing in the code says which columns it has")
    rng, lines = generator(asking)
    frame = _frame(found, rng, asking)
    what = f"{ROWS} rows of made-up values in the columns that the code uses"
    return Made(
        [*lines, *frame],
        "table",
        what,
        Claim.SYNTHETIC,
        _why(columns),
        (ROWS, len(found)),
    )


def _check(asking: Asking) -> None:
    for keyword in asking.call.keywords:
        if keyword.arg in _REFUSED:
            raise CannotTell(f"`{keyword.arg}` speaks of rows that only its author knows")


def _of_reader(asking: Asking, columns: Columns) -> None:
    """Columns that the reading call names itself: all of them, in that order, or some beside those of the text."""
    named = [*strings(asking.argument("usecols"), asking.scene), *strings(asking.argument("parse_dates"), asking.scene)]
    index = value_of(asking.argument("index_col"), asking.scene)
    named = [index] * isinstance(index, str) + named
    for name in named:
        columns.named.setdefault(name, [])
    if all_names := strings(asking.argument("names"), asking.scene):
        columns.named = {name: columns.named.get(name, []) for name in all_names}


def _fill_up(found: dict[str, Contents], columns: Columns, scene: Scene) -> None:
    """The columns that the code takes without naming them: as many as the model takes, or a few."""
    asked = width(None, Asked(), scene)
    target = next((name for name in found if is_target(name, columns.named[name], scene)), None)
    rest = [name for name in columns.dropped if name in found]
    by_place = bool(columns.least or columns.last)
    if not by_place and not (columns.whole and rest and len(set(rest)) == len(found)):
        _to_width(found, asked.columns if asked and rest else 0, rest, target)
        return
    least = max(columns.least, 2 if columns.last else 0)
    is_last = columns.last or bool(columns.alone and max(columns.alone) + 1 == least)
    features = asked.columns if asked else max(SEVERAL, least - is_last)
    if by_place and columns.alone and not columns.last:
        features = least - is_last
    values = found.copy()
    found.clear()
    for number in range(1, features + 1 - len([name for name in values if name not in rest])):
        found[f"feature_{number}"] = Contents("number")
    found.update(values)
    if by_place and is_last and not values:
        found["target"] = Contents("class", (), classes(scene)) if classifies(scene) else Contents("number")


def _to_width(found: dict[str, Contents], features: int, rest: list[str], target: str | None) -> None:
    """Of a table that is used without some of its columns, as many more as the model takes."""
    taken_away = {*rest, *([target] if target else [])}
    have = [name for name in found if name not in taken_away]
    found.update({f"feature_{number}": Contents("number") for number in range(len(have) + 1, features + 1)})


def _frame(found: dict[str, Contents], rng: str, asking: Asking) -> list[str]:
    """The lines that write the table."""
    pandas = asking.imports.module("pandas", "pd")
    written = f".to_csv({', '.join([_quoted(asking.path), *_written(asking)])})"
    if all(name == f"feature_{number}" for number, name in enumerate([*found][:-1], 1)) and len(found) > SEVERAL:
        (last,) = [*found][-1:]
        count = len(found) - 1
        names = f'columns=[f"feature_{{i}}" for i in range(1, {count + 1})]'
        assigned = f".assign({last}={_values(found[last], rng, asking)})" if last.isidentifier() else ""
        if assigned:
            frame = asking.unused("table", "frame")
            return [
                f"{frame} = {pandas}.DataFrame({rng}.normal(size=({ROWS}, {count})), {names})",
                f"{frame}{assigned}{written}",
            ]
    items = [f"{_quoted(name)}: {_values(held, rng, asking)}" for name, held in found.items()]
    short = f"{pandas}.DataFrame({{{', '.join(items)}}}){written}"
    if len(short) <= 100:
        return [short]
    return [f"{pandas}.DataFrame(", "    {", *(f"        {item}," for item in items), "    }", f"){written}"]


def _values(held: Contents, rng: str, asking: Asking) -> str:
    match held.kind:
        case "class" if held.values:
            return f"{rng}.choice({list(held.values)!r}, {ROWS})"
        case "class":
            return f"{rng}.integers(0, {held.classes}, {ROWS})"
        case "id":
            return f"{rng}.integers(0, 10, {ROWS})"
        case "word":
            return f"{rng}.choice({_listed(held.values or _WORDS)}, {ROWS})"
        case "text":
            return f"{rng}.choice({_listed(held.values or _TEXTS)}, {ROWS})"
        case "date":
            return f'{asking.imports.module("pandas", "pd")}.date_range("2024-01-01", periods={ROWS})'
        case "file":
            raise CannotTell("one of its columns names further files, which the post does not have either")
    return f"{rng}.normal(size={ROWS})"


def _written(asking: Asking) -> list[str]:
    """The arguments of `to_csv` that write what the call reads."""
    arguments = {keyword.arg: keyword.value for keyword in asking.call.keywords if keyword.arg in _DIALECT}
    if len(asking.call.args) > 1:
        arguments["sep"] = asking.call.args[1]
    found = [
        f"{'sep' if name == 'delimiter' else name}={_shown(name, node, asking)}" for name, node in arguments.items()
    ]
    if asking.reader.endswith("read_table") and not any(text.startswith("sep=") for text in found):
        found.append(r'sep="\t"')
    header = asking.argument("header")
    is_bare = isinstance(header, ast.Constant) and header.value is None
    found += ["header=False"] if is_bare or (asking.argument("names") and header is None) else []
    has_index = value_of(asking.argument("index_col"), asking.scene) == 0
    return found if has_index else [*found, "index=False"]


def _shown(name: str | None, node: ast.expr, asking: Asking) -> str:
    value = value_of(node, asking.scene)
    if value is UNKNOWN or (name in {"sep", "delimiter"} and value is None):
        raise CannotTell(f"how it is written is not plain: `{name}={ast.unparse(node)}`")
    if name in {"sep", "delimiter"} and isinstance(value, str) and len(value) > 1:
        value = " "
    return _quoted(value) if isinstance(value, str) else repr(value)


def _why(columns: Columns) -> str:
    if not columns.named:
        return "the columns that are taken by their positions"
    shown = ", ".join(f"`{name}`" for name in [*columns.named][:4])
    return f"the columns that the code names: {shown}{' …' if len(columns.named) > 4 else ''}"


def _listed(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _quoted(text: str) -> str:
    """A string as it is written in code, in double quotes where it can be."""
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown else shown
