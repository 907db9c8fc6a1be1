"""Which language a text without an info string is in, from the text itself.

Python is what parses as Python and *does* something: an import, a definition, an assignment, a call. Bare names,
literals and arithmetic do nothing, and neither does what an object prints as, which often parses: `tensor([0.5])`,
`Linear(in_features=4, out_features=2)`. Such a call is told from code by two facts: its name is a bare class name
or an array's, and nothing but literals is in it. In a block that also imports or assigns it is code like the rest.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from dlexamples.formats.syntax import Bound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


ELSEWHERE = {
    "console.log": "JavaScript",
    "console.error": "JavaScript",
    "document.getElementById": "JavaScript",
    "require": "JavaScript",
    "alert": "JavaScript",
    "System.out.println": "Java",
    "java": "Java",
    "javax": "Java",
    "org": "Java or Scala",
    "scala": "Scala",
    "println": "Scala or Julia",
    "printf": "C",
    "library": "R",
    "cat": "R",
}
"""Calls and imports that mean another language when nothing here binds the name."""
MEASURES = re.compile(
    r"((train|training|val|validation|test|eval|mean|avg|average|best|final|total)_?)?"
    r"(acc|accuracy|loss|error|f1|f1_score|precision|recall|auc|mae|mse|rmse|r2|perplexity|bleu|score|epoch|step)"
)
MATHS = {"exp", "log", "ln", "sin", "cos", "tan", "tanh", "sqrt", "max", "min", "sum", "abs"}
PRINTED = re.compile(
    r"[A-Z]\w*|tensor|array|matrix|masked_array|range|deque|defaultdict|dict_(keys|values|items)|mappingproxy"
)
"""Names that `repr` prints before a parenthesis."""
PRINTED_DOTTED = re.compile(r"torch\.(Size|return_types\.\w+)|datetime\.\w+|np\.(bool|str|(u?int|float|complex)\d+)_?")
VALUES = re.compile(
    r"nan|inf|object|bool|int|float|complex|str|cuda|cpu|((torch|np|tf)\.)?(bfloat|u?int|float|complex)\d+"
)
"""Names that stand for values inside what `repr` prints."""


# What parses: does it do something?


def substance(body: Sequence[ast.stmt]) -> str:
    """What the statements do, the most telling first; empty when they do nothing."""
    done = [_does(statement) for statement in body]
    return min((does for does in done if does), key=lambda does: TELLING.index(does.split()[0]), default="")


TELLING = ["imports", "defines", "assigns", "calls", "holds"]
KEYWORDS = {"AsyncFor": "async for", "AsyncWith": "async with", "Delete": "del", "TryStar": "try", "TypeAlias": "type"}


def _does(statement: ast.stmt) -> str:
    match statement:
        case ast.Import(names=[first, *_]):
            return f"imports {first.name}"
        case ast.ImportFrom():
            return f"imports {'.' * statement.level}{statement.module or ''}"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return f"defines {statement.name}"
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target):
            return f"assigns {ast.unparse(target)}"
        case ast.AnnAssign(value=ast.expr()):
            return f"assigns {ast.unparse(statement.target)}"
        # `loss: 0.3` is an annotation to Python, and output or YAML to its author.
        case ast.AnnAssign() | ast.Pass() | ast.Break() | ast.Continue() | ast.Global() | ast.Nonlocal():
            return ""
        case ast.Return(value=value):
            return _does(ast.Expr(value)) if value else ""
        case ast.Expr(value=value):
            return _evaluates(value)
    return f"holds `{KEYWORDS.get(type(statement).__name__, type(statement).__name__.lower())}`"


def _evaluates(value: ast.expr) -> str:
    call = next(_calls(value), None)
    if call is not None:
        return f"calls {dotted(call.func) or 'what an expression gives'}"
    if any(isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.JoinedStr)) for node in ast.walk(value)):
        return "holds an expression that only code has"
    return ""


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in an expression that are not what an object prints as."""
    if isinstance(node, ast.Call):
        if _is_printed(node):
            return
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _is_printed(call: ast.Call) -> bool:
    if not all(map(is_value, [*call.args, *(keyword.value for keyword in call.keywords)])):
        return False
    if not isinstance(call.func, (ast.Name, ast.Attribute)):
        # `5 (2, 1027)` calls a number to Python, and is two printed values to its author.
        return is_value(call.func)
    name = dotted(call.func)
    return bool((PRINTED_DOTTED if "." in name else PRINTED).fullmatch(name))


def is_value(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(operand=operand):
            return is_value(operand)
        # A complex number; any other operation computes something, and `1 / 0` raises.
        case ast.BinOp(left=ast.Constant() | ast.UnaryOp(), right=ast.Constant(value=complex())):
            return True
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return all(map(is_value, items))
        case ast.Dict(keys=keys, values=values):
            # Datasets print their columns' names without quotes.
            return all(isinstance(key, ast.Name) or is_value(key) for key in keys) and all(map(is_value, values))
        case ast.Call():
            return _is_printed(node)
        case ast.Name() | ast.Attribute():
            return bool(VALUES.fullmatch(dotted(node)))
    return False


def dotted(node: ast.expr) -> str:
    """`model.fit` of a name or a chain of attributes; what the chain starts from is left out when it has no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".removeprefix(".")
    return node.id if isinstance(node, ast.Name) else ""


# What parses and does something to Python, and was written as something else.


def looks_like(tree: ast.Module, source: str, hinted: bool, bound: Collection[str]) -> str:
    """What else the text is, or nothing."""
    rows = [row.strip() for row in source.splitlines() if row.strip() and not row.strip().startswith("#")]
    named = Bound(bound)
    named.add(tree)
    language = ("" if _imports_as_python(tree) else elsewhere(tree, named)) or (
        "R" if re.search(r"^[\w.]+ <- ", source, re.MULTILINE) else ""
    )
    if language:
        return f"reads as {language}"
    if substance(tree.body).startswith(("imports", "defines")):
        return ""
    if len(rows) > 1 and all(row.endswith(";") for row in rows):
        return "ends every line with a semicolon, as other languages do"
    if has_sections(rows):
        return "has the sections of a configuration file"
    if not hinted and all(re.fullmatch(r"[A-Z][A-Z0-9_]*=\S*", row) for row in rows):
        return "sets variables as a shell does"
    if all(map(_reports, tree.body)):
        return "reports measured values, as program output does"
    if len(tree.body) == 1 and _is_formula(tree.body[0], named):
        return "is a formula over names that nothing here defines"
    return ""


def _imports_as_python(tree: ast.Module) -> bool:
    """Whether it imports as only Python does: `import x as y`, `from x import y`."""
    for statement in tree.body:
        match statement:
            case ast.ImportFrom():
                return True
            case ast.Import(names=names) if any(name.asname for name in names):
                return all(name.name.split(".")[0] not in ELSEWHERE for name in names)
    return False


def elsewhere(tree: ast.Module, named: Collection[str]) -> str:
    """The language that a call or an import in the tree means, where nothing binds the name."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name() | ast.Attribute() as func):
                name = dotted(func)
                if name in ELSEWHERE and name.split(".")[0] not in named:
                    return ELSEWHERE[name]
            case ast.Import(names=[first, *_]):
                name = first.name.split(".")[0]
                if name in ELSEWHERE:
                    return ELSEWHERE[name]
    return ""


def _reports(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float())):
            return bool(MEASURES.fullmatch(name.lower()))
        case ast.AnnAssign(value=None):
            return True
    return False


def _is_formula(statement: ast.stmt, named: Collection[str]) -> bool:
    """Arithmetic on letters, as in a text book: `y = w * x + b`. An update (`w = w - a * b`) is code."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            pass
        case ast.Expr(value=value):
            target = ""
        case _:
            return False
    nodes = list(ast.walk(value))
    letters = {node.id for node in nodes if isinstance(node, ast.Name)} - MATHS
    plain = ast.Name | ast.BinOp | ast.UnaryOp | ast.Call | ast.Compare | ast.Constant
    return (
        bool(letters)
        and all(len(name) <= 2 and name != target and name not in named for name in letters)
        and all(isinstance(node, plain) for node in nodes if isinstance(node, ast.expr))
        and not any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in nodes)
    )


def has_sections(rows: Sequence[str]) -> bool:
    """`[optimizer]` on a line of its own, and keys with values."""
    return any(re.fullmatch(r"\[+[A-Za-z][\w.\- ]*\]+", row) for row in rows) and any(
        re.match(r"[\w.-]+\s*=", row) for row in rows
    )
