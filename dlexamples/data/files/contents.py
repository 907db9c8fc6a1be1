"""What is in a column, told from what the text does with it, else from its name."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlexamples.data.scene import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.data.scene import Scene

_TEXT = re.compile(
    r"text|review|sentence|comment|title|message|tweet|description|question|answer|summary|headline|content|prompt|"
    r"(^|_)(body|caption|instruction|document|abstract|article|query|sms|email)($|_)",
    re.I,
)
_DATE = re.compile(r"(^|_)(date|datetime|timestamp|day)($|_)", re.I)
_WORD = re.compile(
    r"(^|_)(category|gender|sex|city|country|species|color|colour|type|brand|region|state|name)($|_)", re.I
)
_NUMBER_OF = re.compile(r"(^|_)(id|idx|index)$|[a-z]Id$", re.I)
_FILES = re.compile(r"path|file|image|img|url|audio", re.I)
_TARGET = re.compile(
    r"^(y|labels?|targets?|class|outcome|species|sentiment|diagnosis|churn|survived|is_\w+|has_\w+)$", re.I
)
_HOLDS_TARGET = re.compile(r"^(self\.)?(y|labels?|targets?)(_?\w+)?$", re.I)
_CLASSIFIES = re.compile(
    r"cross_?entropy|BCE|NLLLoss|Classifi|LogisticRegression|softmax|accuracy|SVC\b|num_labels|GaussianNB|stratify|"
    r"confusion_matrix|roc_auc|torch\.long|\.long\(\)|to_categorical|LongTensor",
    re.I,
)
_TOKENIZES = re.compile(r"token|vectoriz|texts|adapt|encode_plus|tfidf|clean|preprocess|embed|split|lower", re.I)
_ENCODES = re.compile(r"LabelEncoder|OneHot|OrdinalEncoder|factorize|get_dummies|LabelBinarizer|encoder|^le$", re.I)


@dataclass(frozen=True, slots=True)
class Contents:
    """What one column holds."""

    kind: str
    """`number`, `class`, `id`, `word`, `text`, `date`, `file`."""
    values: tuple[Any, ...] = ()
    """The words that the text speaks of."""
    classes: int = 2


def contents(name: str, uses: list[ast.expr], scene: Scene) -> Contents:
    """Of the column `name`, for which `uses` stand in the text."""
    around = [outer for use in uses for outer in _around(use, scene)]
    if values := tuple(dict.fromkeys(value for node in around for value in _values(node))):
        return Contents("word" if all(isinstance(value, str) for value in values) else "class", values, len(values))
    if any(_is_attribute(node, "dt") or last_name(_function(node)) == "to_datetime" for node in around):
        return Contents("date")
    called = [_called(node, scene) for node in around if isinstance(node, ast.Call)]
    if any(map(_ENCODES.search, called)):
        return Contents("word")
    is_read = any(_is_attribute(node, "str") for node in around) or any(map(_TOKENIZES.search, called))
    if is_read or _TEXT.search(name):
        return Contents("text")
    return _by_name(name, uses, scene)


def _by_name(name: str, uses: list[ast.expr], scene: Scene) -> Contents:
    if _FILES.search(name) and any(isinstance(use, ast.Subscript) for use in uses):
        return Contents("file")
    if is_target(name, uses, scene):
        return Contents("class", (), classes(scene)) if classifies(scene) else Contents("number")
    for pattern, kind in ((_DATE, "date"), (_NUMBER_OF, "id"), (_WORD, "word")):
        if pattern.search(name):
            return Contents(kind)
    return Contents("number")


def is_target(name: str, uses: list[ast.expr], scene: Scene) -> bool:
    """What the model is to predict: by its name, or by that of what holds it."""
    held = (target for use in uses if _names_one(use) for target in _targets(use, scene))
    return bool(_TARGET.match(name)) or any(_HOLDS_TARGET.match(target) for target in held)


def classifies(scene: Scene) -> bool:
    return bool(_CLASSIFIES.search("\n".join(scene.stop.sources)))


def classes(scene: Scene) -> int:
    """The number of classes for which the text has a number, two where it has none."""
    found: list[int] = []
    for node in (node for tree in scene.trees for node in ast.walk(tree)):
        match node:
            case ast.keyword(arg="num_classes" | "num_labels" | "n_classes", value=ast.Constant(value=int() as number)):
                return number
            case ast.Assign(
                targets=[ast.Name(id="num_classes" | "n_classes")], value=ast.Constant(value=int() as number)
            ):
                return number
            case ast.Call(args=[ast.Constant(value=int() as number), *_]) if last_name(node.func) == "Dense":
                found.append(number)
            case ast.Call(args=[_, ast.Constant(value=int() as number)]) if last_name(node.func) == "Linear":
                found.append(number)
    return max(2, found[-1]) if found and found[-1] <= 1000 else 2


def _names_one(use: ast.expr) -> bool:
    match use:
        case ast.Subscript(slice=ast.List(elts=[_, _, *_])):
            return False
        case ast.Call():
            return last_name(use.func) == "pop"
    return True


def _around(use: ast.expr, scene: Scene) -> Iterator[ast.AST]:
    """The expressions round a column as far as its statement, and round the names that hold it."""
    yield from _outside(use, scene)
    for target in _targets(use, scene):
        for node in scene.reads(target):
            yield from _outside(node, scene)


def _outside(node: ast.expr, scene: Scene) -> Iterator[ast.AST]:
    """Outwards while the column is what is worked on: it is called on, or the first thing given."""
    inner: ast.AST = node
    for outer in scene.ancestors(node):
        if isinstance(outer, ast.stmt) or (
            isinstance(outer, ast.Call) and inner is not outer.func and _is_split(outer)
        ):
            return
        if not isinstance(outer, ast.keyword):
            yield outer
        inner = outer


def _is_split(call: ast.Call) -> bool:
    return last_name(call.func) in {"train_test_split", "zip", "fit", "DataFrame"}


def _targets(use: ast.expr, scene: Scene) -> list[str]:
    """The names that are assigned what the column's own expression gives."""
    statement = next((outer for outer in scene.ancestors(use) if isinstance(outer, ast.stmt)), None)
    if not isinstance(statement, ast.Assign):
        return []
    if isinstance(statement.value, ast.Tuple) and isinstance(statement.targets[0], ast.Tuple):
        pairs = zip(statement.targets[0].elts, statement.value.elts, strict=False)
        return [ast.unparse(target) for target, value in pairs if use in ast.walk(value)]
    return [ast.unparse(target) for target in statement.targets if isinstance(target, ast.Name | ast.Attribute)]


def _function(node: ast.AST) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else ast.Constant("")


def _called(call: ast.Call, scene: Scene) -> str:
    """What is called, and what made that on which it is: `fit_transform TfidfVectorizer`."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    nodes = (node for tree in scene.trees for node in ast.walk(tree) if isinstance(owner, ast.Name))
    made = [
        last_name(node.value.func)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if isinstance(owner, ast.Name) and owner.id in map(last_name, node.targets)
    ]
    own = owner.func if isinstance(owner, ast.Call) else None
    return " ".join([last_name(call.func), *made, *([last_name(own)] if own else [])])


def _is_attribute(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def _values(node: ast.AST) -> list[Any]:
    """What the text itself says that the column holds: the keys of a `map`, the sides of a comparison."""
    match node:
        case ast.Call(func=ast.Attribute(attr="map" | "replace"), args=[ast.Dict(keys=keys)]):
            return [key.value for key in keys if isinstance(key, ast.Constant)]
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=str() as value)]):
            return [value, f"not {value}"]
        case ast.Call(func=ast.Attribute(attr="isin"), args=[ast.List(elts=items)]):
            return [item.value for item in items if isinstance(item, ast.Constant)]
    return []
