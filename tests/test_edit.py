"""Edits of a block's source: what is not edited survives to the byte."""

from __future__ import annotations

import ast
import itertools
import random

import libcst as cst
import pytest

from dlexamples.repair import edit

TEMPLATE = ["loss = criterion()", "for epoch in range(3):", "    step(loss)"]
CALL = "model.fit(X, y)"


def tree_of(source: str) -> edit.Tree:
    tree = edit.parse(source)
    assert tree
    return tree


def fit_call(tree: edit.Tree) -> cst.Call:
    return next(call for call in edit.calls(tree) if tree.text(call.func) == "model.fit")


def replaced(source: str) -> str:
    tree = tree_of(source)
    statement = edit.statement_of(tree, fit_call(tree))
    assert isinstance(statement, cst.BaseSmallStatement)
    return edit.replace_statement(tree, statement, TEMPLATE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"a\n{CALL}\nb\n", "a\nloss = criterion()\nfor epoch in range(3):\n    step(loss)\nb\n"),
        (f"if a:\n\t{CALL}\n", "if a:\n\tloss = criterion()\n\tfor epoch in range(3):\n\t\tstep(loss)\n"),
        (f"if a:\n  {CALL}\n", "if a:\n  loss = criterion()\n  for epoch in range(3):\n    step(loss)\n"),
        (f"if a: {CALL}\n", "if a:\n    loss = criterion()\n    for epoch in range(3):\n        step(loss)\n"),
        (f"a; {CALL}; b\n", "a\nloss = criterion()\nfor epoch in range(3):\n    step(loss)\nb\n"),
        (f"{CALL}  # go\n", "# go\nloss = criterion()\nfor epoch in range(3):\n    step(loss)\n"),
        (f"{CALL}; b  # go\n", "loss = criterion()\nfor epoch in range(3):\n    step(loss)\nb  # go\n"),
        (f"{CALL};\n", "loss = criterion()\nfor epoch in range(3):\n    step(loss)\n"),
        (
            "model.fit(\n    X,  # inputs\n    y,\n)\n",
            "# inputs\nloss = criterion()\nfor epoch in range(3):\n    step(loss)\n",
        ),
        (
            f"for a in b: pass\nelse: {CALL}\n",
            "for a in b: pass\nelse:\n    loss = criterion()\n    for epoch in range(3):\n        step(loss)\n",
        ),
    ],
)
def test_replace_statement(source: str, expected: str) -> None:
    assert replaced(source) == expected


def test_one_line_keeps_its_comment() -> None:
    tree = tree_of("a.fit(1)  # why\n")
    statement = edit.statement_of(tree, edit.calls(tree)[0])
    assert isinstance(statement, cst.BaseSmallStatement)
    assert edit.replace_statement(tree, statement, ["b"]) == "b  # why\n"


BEFORE = ["", "# a comment\n", '"""Text\twith   tabs."""\n', "x = [1,2 ,  3]   \n", "é = '日本'  # ü\n", "\n\n"]
AROUND = ["{}", "if x:\n    {}", "def f():\n\t# why\n\t{}", "with x as y:\n  for z in y:\n    {}", "class A:\n    {}"]
AFTER = ["", "\n\n# the end", "\ny = (1,\n     2)\n", "\n\n\n@z\ndef g( a,b ): return a\n"]


@pytest.mark.parametrize("seed", range(60))
def test_everything_else_survives_to_the_byte(seed: int) -> None:
    choose = random.Random(seed).choice
    before, after = choose(BEFORE) + choose(BEFORE), choose(AFTER)
    around = choose(AROUND)
    statement = choose([CALL, "history = model.fit(\n        X, y)"])
    head, _, tail = around.partition("{}")
    source = before + head + statement + tail + after + "\n"
    result = replaced(source)
    assert result.startswith((before + head).rstrip(" \t"))
    assert result.endswith(tail + after + "\n")
    ast.parse(result)


@pytest.mark.parametrize(
    ("source", "movable"),
    [
        (f"print({CALL})", True),
        (f"if {CALL}: pass", True),
        (f"for a in {CALL}: pass", True),
        (f"with {CALL}: pass", True),
        (f"print(f'{{{CALL}}}')", True),
        (f"while {CALL}: pass", False),
        (f"if a: pass\nelif {CALL}: pass", False),
        (f"b = [{CALL} for a in c]", False),
        (f"b = lambda: {CALL}", False),
        (f"b = a and {CALL}", False),
        (f"b = {CALL} if a else c", False),
    ],
)
def test_what_can_move_before_its_statement(source: str, movable: bool) -> None:
    tree = tree_of(source + "\n")
    assert (edit.statement_of(tree, fit_call(tree)) is not None) is movable


def test_move_before_a_compound_statement() -> None:
    source = f"def f():\n  if a:\n    for b in {CALL}.c:  # each\n      pass\n"
    tree = tree_of(source)
    moved = edit.move_before(tree, fit_call(tree), ["with x:", "    h = y"], "h")
    assert moved == "def f():\n  if a:\n    with x:\n      h = y\n    for b in h.c:  # each\n      pass\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("import torch\nx = 1\n", "import torch\nimport new\nx = 1\n"),
        ("import torch; x = 1  # now\n", "import torch; x = 1  # now\nimport new\n"),
        ("from a import (\n    b,\n)\n\n", "from a import (\n    b,\n)\nimport new\n\n"),
        ("# Training\n", "import new\n\n# Training\n"),
        ("# %%time\n", "# %%time\nimport new\n\n"),
        ("", "import new\n\n"),
    ],
)
def test_imports_go_below_the_blocks_own(head: str, expected: str) -> None:
    tree = tree_of(f"{head}{CALL}\nimport later\n")
    call = fit_call(tree)
    source = edit.replace_node(tree, call, "done")
    assert edit.add_imports(tree, source, ["import new"], call) == f"{expected}done\nimport later\n"


def test_what_cannot_be_read() -> None:
    assert edit.parse("model = Sequential([\n") is None


def test_calls_come_in_the_order_of_the_text() -> None:
    tree = tree_of("a(b(c()), d())\n\ne()\n")
    texts = [tree.text(call.func) for call in edit.calls(tree)]
    assert texts == ["a", "b", "c", "d", "e"]
    assert all(first <= second for first, second in itertools.pairwise(map(tree.start, edit.calls(tree))))
