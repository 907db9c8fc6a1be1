"""Arrays in numpy's own files, and tables of nothing but numbers."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from dlexamples.data.asked import Asked
from dlexamples.data.files.contents import classes, classifies
from dlexamples.data.files.frames import SEVERAL, Columns, Frames
from dlexamples.data.files.literals import value_of
from dlexamples.data.files.making import Asking, Made, generator, maker
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.data.widths import width
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

ROWS = 200
_TARGET = re.compile(r"(^|_)(y|labels?|targets?|classes)($|_)", re.I)
_INPUT = re.compile(r"(^|_)(x|features?|inputs?|data|images?|samples|train|test|val|embeddings?)($|_)", re.I)
_IMAGE_SHAPE = re.compile(r"\((\d{2,3}, ?\d{2,3}, ?[134])\)")


@maker("numpy.loadtxt", "numpy.genfromtxt")
def numbers(asking: Asking) -> Made:
    """A table of numbers with as many columns as the code takes; the last of whole numbers where it holds classes."""
    given = {keyword.arg: value_of(keyword.value, asking.scene) for keyword in asking.call.keywords}
    if set(given) - {"delimiter", "dtype", "skiprows", "unpack", "skip_header", "encoding"}:
        raise CannotTell("how it is read speaks of rows that only its author knows")
    columns = Frames(asking.call, asking.scene, frozenset()).columns()
    count, has_target = _count(columns, asking)
    rng, lines = generator(asking)
    numpy = asking.imports.module("numpy", "np")
    table = f"{rng}.normal(size=({ROWS}, {count}))"
    if has_target and classifies(asking.scene):
        name = asking.unused("table", "rows")
        lines += [f"{name} = {table}", f"{name}[:, -1] = {rng}.integers(0, {classes(asking.scene)}, {ROWS})"]
        table = name
    options = "".join(f", {option}" for option in _options(given))
    return Made(
        [*lines, f'{numpy}.savetxt("{asking.path}", {table}{options})'],
        "table",
        f"{ROWS} rows of made-up numbers in as many columns as the code takes",
        Claim.SYNTHETIC,
        "the columns that are taken by their positions" if columns.least else "it is read as numbers alone",
        (ROWS, count),
        "float64",
    )


def _options(given: dict[str | None, object]) -> list[str]:
    found = []
    if "delimiter" in given:
        if not isinstance(given["delimiter"], str):
            raise CannotTell("its delimiter is not plain")
        found.append(f'delimiter="{given["delimiter"]}"')
    head = given.get("skiprows", given.get("skip_header", 0))
    if head not in {0, 1}:
        raise CannotTell("how it is read speaks of rows that only its author knows")
    return [*found, 'header="made up"'] if head else found


def _count(columns: Columns, asking: Asking) -> tuple[int, bool]:
    """How many columns, and whether the last is what the others are to predict."""
    unpacked = _unpacked(asking)
    asked = width(None, Asked(), asking.scene)
    is_last = columns.last or bool(columns.alone and max(columns.alone) + 1 == columns.least)
    if unpacked:
        return unpacked, False
    if columns.last and asked:
        return max(columns.least, asked.columns + 1), True
    if columns.least:
        return columns.least, is_last and columns.whole
    return (asked.columns if asked else SEVERAL), False


def _unpacked(asking: Asking) -> int:
    """`x, y = np.loadtxt(…, unpack=True)`."""
    statement = asking.scene.parents.get(asking.call)
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=elements)]):
            return len(elements)
    return 0


@maker("numpy.load")
def array(asking: Asking) -> Made:
    """An array of the shape that the model takes, or those that are asked for by their keys."""
    rng, lines = generator(asking)
    numpy = asking.imports.module("numpy", "np")
    held = _holder(asking)
    keys = _keys(held, asking.scene)
    if asking.path.endswith(".npz"):
        if not keys:
            raise CannotTell("nothing in the code says which arrays it holds")
        made = {key: _one(key, rng, asking) for key in keys}
        items = [f"{key}={value}" for key, (value, _) in made.items()]
        short = f'{numpy}.savez("{asking.path}", {", ".join(items)})'
        long = [f"{numpy}.savez(", f'    "{asking.path}",', *(f"    {item}," for item in items), ")"]
        what = f"made-up arrays under the keys that the code asks for: {', '.join(keys)}"
        return Made(
            [*lines, *([short] if len(short) <= 100 else long)],
            "arrays",
            what,
            Claim.SYNTHETIC,
            "the keys that the code asks for",
        )
    value, shape = _one(held if _says(held) else asking.stem, rng, asking)
    line = f'{numpy}.save("{asking.path}", {value})'
    why = "its name, and what the model takes"
    return Made([*lines, line], "array", f"{ROWS} rows of made-up values", Claim.SYNTHETIC, why, shape)


def _holder(asking: Asking) -> str:
    """The name that gets what is read."""
    for node in asking.scene.ancestors(asking.call):
        if isinstance(node, ast.Assign):
            return last_name(node.targets[0])
        if isinstance(node, ast.withitem) and node.optional_vars is not None:
            return last_name(node.optional_vars)
        if isinstance(node, ast.With):
            item = next(i for i in node.items if asking.call in ast.walk(i.context_expr))
            return last_name(item.optional_vars) if item.optional_vars else ""
        if isinstance(node, ast.stmt):
            break
    return ""


def _keys(holder: str, scene: Scene) -> list[str]:
    found = []
    for tree in scene.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and last_name(node.value) == holder:
                key = value_of(node.slice, scene)
                found += [key] if isinstance(key, str) and key.isidentifier() else []
    return list(dict.fromkeys(found))


def _says(name: str) -> bool:
    return bool(_TARGET.search(name) or _INPUT.search(name))


def _one(name: str, rng: str, asking: Asking) -> tuple[str, tuple[int, ...]]:
    """An expression for the array that `name` speaks of, and its shape. Raises CannotTell."""
    is_mnist = "mnist" in asking.path.lower()
    if _TARGET.search(name):
        if is_mnist or classifies(asking.scene):
            return f"{rng}.integers(0, {10 if is_mnist else classes(asking.scene)}, {ROWS})", (ROWS,)
        return f"{rng}.normal(size={ROWS})", (ROWS,)
    if not _INPUT.search(name):
        raise CannotTell(f"nothing in the code says what `{name}` holds")
    text = "\n".join(asking.scene.stop.sources)
    if is_mnist:
        return f'{rng}.integers(0, 256, ({ROWS}, 28, 28), dtype="uint8")', (ROWS, 28, 28)
    if found := _IMAGE_SHAPE.search(text):
        sizes = tuple(map(int, found[1].split(",")))
        return f"{rng}.random({(ROWS, *sizes)})", (ROWS, *sizes)
    asked = width(None, Asked(), asking.scene)
    if asked is None:
        raise CannotTell("nothing in the code says which shape it has")
    return f"{rng}.normal(size=({ROWS}, {asked.columns}))", (ROWS, asked.columns)
