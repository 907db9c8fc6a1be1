"""Plain text: prose, lines of fields, names of classes."""

from __future__ import annotations

import ast
import re

from dlexamples.data.files.contents import classes
from dlexamples.data.files.making import Asking, Made, maker, shown_call
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.model import Claim

_VERSE = (
    "Shall I compare thee to a summer's day?",
    "Thou art more lovely and more temperate:",
    "Rough winds do shake the darling buds of May,",
    "And summer's lease hath all too short a date.",
)
_PAIRS = (
    "Good morning.\\tBonjour.",
    "Thank you.\\tMerci.",
    "Where are you?\\tOù es-tu ?",
    "I am at home.\\tJe suis chez moi.",
)
_OF_CLASSES = re.compile(r"class|label|synset", re.I)
_PARSES = re.compile(r"json\.load|csv\.|DictReader|yaml|eval\(|xml|ElementTree|pickle")
_NUMBERS = re.compile(r"\b(float|int)\(|map\((float|int)\b|dtype=(float|int)")
_PROSE = "four lines of Shakespeare's Sonnet 18, repeated, where the post has its own text"


@maker(".txt", ".text", ".md")
def text(asking: Asking) -> Made:
    """What can be told from the way in which the lines are taken apart. Raises CannotTell."""
    code = "\n".join(asking.scene.stop.sources)
    if _PARSES.search(_near(asking)):
        raise CannotTell("its text is taken apart by a rule that only its author knows")
    separators = _separators(asking)
    if "\\t" in separators and _fields(asking) == 2:
        what = "four short sentences with their translations, repeated, where the post has its own"
        return _made(_written("pairs", _PAIRS, 50, asking), what, asking)
    if _NUMBERS.search(_near(asking)) and not separators:
        return _made(_written("numbers", tuple(f"{n / 2}" for n in range(8)), 25, asking), "made-up numbers", asking)
    if separators:
        raise CannotTell("nothing in the code says what the fields of its lines hold")
    if _OF_CLASSES.search(asking.stem):
        return _classes(asking, code)
    return Made(
        _written("verse", _VERSE, 50, asking),
        "text",
        _PROSE,
        Claim.STAND_IN,
        f"its name, and `{shown_call(asking)}`, which opens it; the verses are in the public domain",
    )


def _classes(asking: Asking, code: str) -> Made:
    """The names of classes, one a line: ImageNet's own where torchvision has them."""
    is_imagenet = bool(re.search("imagenet|synset", asking.path, re.I))
    if is_imagenet and "torchvision" in asking.scene.packages:
        weights = asking.imports.item("torchvision.models", "ResNet50_Weights")
        lines = _opened(asking, f'"\\n".join({weights}.DEFAULT.meta["categories"])')
        what = "the names of ImageNet's 1000 classes, real and complete (torchvision's list)"
        return Made(lines, "text", what, Claim.REAL, "its name", (1000,))
    count = 1000 if is_imagenet else classes(asking.scene)
    lines = _opened(asking, f'"\\n".join(f"class {{number}}" for number in range({count}))')
    return Made(lines, "text", f"{count} made-up names of classes", Claim.SYNTHETIC, "its name", (count,))


def _made(lines: list[str], what: str, asking: Asking) -> Made:
    return Made(lines, "text", what, Claim.SYNTHETIC, "how its lines are taken apart")


def _written(name: str, lines: tuple[str, ...], times: int, asking: Asking) -> list[str]:
    name = asking.unused(name, "lines", "rows")
    listed = [f"{name} = [", *(f'    "{line}",' for line in lines), "]"]
    return [*listed, *_opened(asking, f'"\\n".join({name} * {times})')]


def _opened(asking: Asking, text: str) -> list[str]:
    file = asking.unused("file", "output")
    return [f'with open("{asking.path}", "w", encoding="utf-8") as {file}:', f"    {file}.write({text})"]


def _near(asking: Asking) -> str:
    """The code of the statement that reads it, of the `with` and the function round it, and of the next statement."""
    block = ast.unparse(asking.scene.statement)
    body = asking.scene.block.body
    index = body.index(asking.scene.statement) if asking.scene.statement in body else 0
    around = [ast.unparse(node) for node in asking.scene.ancestors(asking.call) if isinstance(node, ast.FunctionDef)]
    return "\n".join([block, *map(ast.unparse, body[index + 1 : index + 2]), *around])


def _separators(asking: Asking) -> set[str]:
    """What lines are split at, but for spaces and line ends."""
    found = set()
    for node in (node for tree in asking.scene.trees for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Attribute(attr="split"), args=[ast.Constant(value=str() as separator), *_]):
                found.add(repr(separator)[1:-1])
    return found & {"\\t", ",", ";", "|", "::", "\\t\\t"}


def _fields(asking: Asking) -> int:
    """How many fields a line is split into; 2 where the code takes two by their positions, or nothing says more."""
    most = 2
    for node in (node for tree in asking.scene.trees for node in ast.walk(tree)):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=elements)], value=ast.Call(func=function)) if (
                last_name(function) == "split"
            ):
                most = max(most, len(elements))
    return most
