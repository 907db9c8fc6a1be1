"""Which language a text without an info string is in, from the text itself.

Python is what parses as Python and *does* something: an import, a definition, an assignment, a call. Bare names,
literals and arithmetic do nothing, and neither does what an object prints as, which often parses: `tensor([0.5])`,
`Linear(in_features=4, out_features=2)`. Such a call is told from code by two facts: its name is a bare class name
or an array's, and nothing but literals is in it. In a block that also imports or assigns it is code like the rest.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, NamedTuple

from dlexamples.formats.syntax import bound_names, parsed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


class Reading(NamedTuple):
    """A language and the reason for it."""

    language: str
    why: str


SHELL = re.compile(
    r"[!$%~ ]*(apt|apt-get|bash|brew|cd|chmod|conda|cp|curl|docker|echo|export|git|jupyter|kaggle|ls|make|mkdir|mv|npm"
    r"|nvidia-smi|pip3?|python3?|rm|sh|source|ssh|sudo|tar|tensorboard|torchrun|unzip|uv|wget)(\s|$)"
)
"""How the first line of shell commands begins."""
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
FRAMEWORKS = re.compile(r"\b(python|pytorch|torch|tensorflow|keras|jax|flax|numpy|pandas|scikit-learn|sklearn)\b", re.I)
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


def unlabelled(source: str, heading: Sequence[str], bound: Collection[str] = ()) -> Reading:
    """The language of a text under these headings, after blocks that bind these names."""
    try:
        language, why = _read(source, heading, bound)
    except RecursionError:
        language, why = "text", "it is nested too deeply to be read"
    return Reading(language, f"no info string; {why}")


def _read(source: str, heading: Sequence[str], bound: Collection[str]) -> Reading:
    if not source.strip():
        return Reading("text", "it is empty")
    if _is_json(source):
        return Reading("json", "it is JSON")
    tree = parsed(source)
    if tree is None:
        return _read_broken(source, _hinted(heading))
    if not tree.body:
        return Reading("text", "it holds nothing but comments")
    substance = _substance(tree.body)
    if not substance:
        return Reading("text", "it parses as Python but holds only names and literals, as program output does")
    looks = _looks_like(tree, source, _hinted(heading), bound)
    if looks:
        return Reading("text", f"it parses as Python but {looks}")
    return Reading("python", f"it parses as Python and {substance}")


def _is_json(source: str) -> bool:
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _hinted(heading: Sequence[str]) -> bool:
    return bool(heading and FRAMEWORKS.search(heading[-1]))


# What parses: does it do something?


def _substance(body: Sequence[ast.stmt]) -> str:
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
        return f"calls {_dotted(call.func) or 'what an expression gives'}"
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
    if not all(map(_is_value, [*call.args, *(keyword.value for keyword in call.keywords)])):
        return False
    if not isinstance(call.func, (ast.Name, ast.Attribute)):
        # `5 (2, 1027)` calls a number to Python, and is two printed values to its author.
        return _is_value(call.func)
    name = _dotted(call.func)
    return bool((PRINTED_DOTTED if "." in name else PRINTED).fullmatch(name))


def _is_value(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(operand=operand):
            return _is_value(operand)
        case ast.BinOp(left=ast.Constant() | ast.UnaryOp(), right=ast.Constant()):
            return True
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return all(map(_is_value, items))
        case ast.Dict(keys=keys, values=values):
            # Datasets print their columns' names without quotes.
            return all(isinstance(key, ast.Name) or _is_value(key) for key in keys) and all(map(_is_value, values))
        case ast.Call():
            return _is_printed(node)
        case ast.Name() | ast.Attribute():
            return bool(VALUES.fullmatch(_dotted(node)))
    return False


def _dotted(node: ast.expr) -> str:
    """`model.fit` of a name or a chain of attributes; what the chain starts from is left out when it has no name."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".removeprefix(".")
    return node.id if isinstance(node, ast.Name) else ""


# What parses and does something to Python, and was written as something else.


def _looks_like(tree: ast.Module, source: str, hinted: bool, bound: Collection[str]) -> str:
    """What else the text is, or nothing."""
    rows = [row.strip() for row in source.splitlines() if row.strip() and not row.strip().startswith("#")]
    named = {*bound, *bound_names(tree)}
    language = _elsewhere(tree, named) or ("R" if re.search(r"^[\w.]+ <- ", source, re.MULTILINE) else "")
    if language:
        return f"reads as {language}"
    if _substance(tree.body).startswith(("imports", "defines")):
        return ""
    if len(rows) > 1 and all(row.endswith(";") for row in rows):
        return "ends every line with a semicolon, as other languages do"
    if _has_sections(rows):
        return "has the sections of a configuration file"
    if not hinted and all(re.fullmatch(r"[A-Z][A-Z0-9_]*=\S*", row) for row in rows):
        return "sets variables as a shell does"
    if all(map(_reports, tree.body)):
        return "reports measured values, as program output does"
    if len(tree.body) == 1 and _is_formula(tree.body[0], named):
        return "is a formula over names that nothing here defines"
    return ""


def _elsewhere(tree: ast.Module, named: Collection[str]) -> str:
    calls = [_dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    imports = [node.names[0].name for node in ast.walk(tree) if isinstance(node, ast.Import)]
    foreign = [name for name in calls if name.split(".")[0] not in named] + [name.split(".")[0] for name in imports]
    return next((ELSEWHERE[name] for name in foreign if name in ELSEWHERE), "")


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
            named = {*named} - {target}
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


# What does not parse: Python with a mistake, or no Python at all?


def _read_broken(source: str, hinted: bool) -> Reading:
    if re.search(r"^\s*>>>( |$)", source, re.MULTILINE):
        return Reading("pycon", "it holds interpreter prompts, and a session is not run yet")
    rows = [row.strip() for row in source.splitlines() if row.strip()]
    decisive, good, bad = _tally(_dedented(source.splitlines()))
    if _has_sections(rows):
        return Reading("text", "it has the sections of a configuration file")
    if _most_end(rows, (";",)) or (not decisive and _most_end(rows, (";", "{", "}"))):
        return Reading("text", "its lines end in braces and semicolons, as other languages do")
    shell = SHELL.match(rows[0])
    enough = decisive or (not shell and (hinted or good > max(bad, 1)))
    if good and good >= bad and enough:
        return Reading("python", "most of its statements are Python, but not all of them parse")
    if shell:
        return Reading("bash", "it reads as shell commands")
    return Reading("text", "it does not parse as Python")


def _most_end(rows: Sequence[str], marks: tuple[str, ...]) -> bool:
    return 2 * sum(row.endswith(marks) for row in rows) >= len(rows)


def _has_sections(rows: Sequence[str]) -> bool:
    """`[optimizer]` on a line of its own, and keys with values."""
    return any(re.fullmatch(r"\[+[A-Za-z][\w.\- ]*\]+", row) for row in rows) and any(
        re.match(r"[\w.-]+\s*=", row) for row in rows
    )


COMPOUND = re.compile(r"(async )?(def|class|for|while|if|elif|else|with|try|except|finally)\b")
MAGIC = re.compile(r"\s*(%%?[a-z]|!\s*[a-z])")


def _tally(rows: Sequence[str]) -> tuple[int, int, int]:
    """How many statements import or define, how many do something, and how many do not parse."""
    decisive = good = bad = 0
    for chunk in _chunks(rows):
        tree = parsed("\n".join(chunk))
        if tree is None and COMPOUND.match(chunk[0]):
            opens = parsed(f"{chunk[0]}\n    pass") is not None
            inside = _tally(_dedented(chunk[1:]))
            decisive += inside[0] + (opens and chunk[0].startswith(("def", "class", "async")))
            good += inside[1] + opens
            bad += inside[2] + (not opens)
        elif tree is None:
            bad += 1
        elif not _elsewhere(tree, ()):
            does = _substance(tree.body)
            decisive += does.startswith(("imports", "defines"))
            good += bool(does)
    return decisive, good, bad


def _chunks(rows: Sequence[str]) -> Iterator[list[str]]:
    """The rows from one that begins at the margin to the next: a statement each, where brackets are not missing."""
    chunk: list[str] = []
    for row in rows:
        if not row.strip() or row.lstrip().startswith("#") or MAGIC.match(row):
            continue
        goes_on = row[0].isspace() or row.startswith((")", "]", "}")) or re.match(r"(elif|else|except|finally)\b", row)
        if chunk and not goes_on:
            yield chunk
            chunk = []
        chunk.append(row)
    if chunk:
        yield chunk


def _dedented(rows: Sequence[str]) -> list[str]:
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return [row[margin:] for row in rows]
