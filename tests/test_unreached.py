"""Calls that no run reaches: what is taken for certain, and what is not."""

from __future__ import annotations

import ast
import types
from typing import Any

import pytest

from dlexamples.run.inside.forwarding import accepted
from dlexamples.run.inside.guards import flags, guarded
from dlexamples.run.inside.unreached import unreached


class Base:
    def __init__(self, *, name: str = "", **kwargs: Any) -> None:
        kwargs.pop("shape", None)
        if "dim" in kwargs:
            self.dim = kwargs["dim"]
        if kwargs:
            raise ValueError(kwargs)


class Middle(Base):
    pass


class Layer(Middle):
    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def compile(self, *args: Any, **kwargs: Any) -> None:
        target(self, *args, **kwargs)

    def open(self, **kwargs: Any) -> None:
        target(self, **kwargs)
        print(kwargs)

    def swallows(self, **kwargs: Any) -> None:
        kwargs.pop("one", None)


def target(model: Any, *, mode: str = "", backend: str = "") -> None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (Layer.__init__, {"self", "units", "name", "shape", "dim"}),
        (Layer.compile, {"self", "model", "mode", "backend"}),
        (Layer.open, None),
        (Layer.swallows, None),
        (target, {"model", "mode", "backend"}),
    ],
    ids=["hands on to its base", "hands on to a function", "looks at all", "ignores the rest", "names all"],
)
def test_keywords_behind_kwargs(function: Any, expected: set[str] | None) -> None:
    assert accepted(function, Layer) == expected


def test_a_name_that_holds_an_answer_is_a_question() -> None:
    tree = ast.parse(
        "new = torch.__version__ > '2'\nmine = new and 1\ndef f():\n    return hasattr(torch, 'x')\nother = 3"
    )
    assert flags([tree]) == {"new", "mine", "f"}
    asked = ast.parse("if mine: a.b()\nif other: c.d()")
    excused = {ast.unparse(node) for node in guarded(asked, flags([tree])) if isinstance(node, ast.Call)}
    assert excused == {"a.b()"}


LIBRARY = types.ModuleType("fakelib")
exec(  # a class of a library has its own module's name
    "class Thing:\n"
    "    def __init__(self, size):\n"
    "        self.helper = print\n"
    "    def run(self, times=1): ...\n"
    "    def run_on_gpu(self): ...\n"
    "class Ghost:\n"
    "    def __getattr__(self, name): return name\n"
    "def wrap(thing): thing.extra = 1\n",
    LIBRARY.__dict__,
)


def told(body: str, before: str = "", lines: int = 0) -> list[str]:
    """What is told of a function with this body, which nothing has called."""
    source = f"{before}def unused(given):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    space: dict[str, Any] = {"__name__": "__main__", "fakelib": LIBRARY}
    source = "import fakelib\n" + source
    head = 2 + before.count("\n")
    exec(compile(source.replace("import fakelib\n", "\n"), "post.md", "exec"), space)
    block = {"index": 0, "source": source, "first_line": 1}
    found = list(unreached([block], {0}, set(range(1, head + 1)), space))
    return [f"{each['code']} {each['message']}" for _, several in found for each in several]


WRONG = {
    "a local": ("t = fakelib.Thing(3)\nt.walk()", "DL202 `t`, a `fakelib.Thing`, has no `walk`"),
    "no name": (
        "fakelib.Thing(3).rn()",
        "DL202 `fakelib.Thing(3)`, a `fakelib.Thing`, has no `rn`; did you mean `run`?",
    ),
    "a keyword": (
        "t = fakelib.Thing(3)\nt.run(time=3)",
        "DL203 `run` of `t`, a `fakelib.Thing`, has no parameter `time`; did you mean `times`?",
    ),
    "one too many": (
        "a, t = 1, fakelib.Thing(3)\nt.run(1, 2)",
        "DL203 `run` of `t`, a `fakelib.Thing`, takes 1 positional argument, and 2 are given",
    ),
    "in a lambda": ("f = lambda x: fakelib.Thing()", "DL203 `fakelib.Thing` is missing a required argument: 'size'"),
    "an inner function": (
        "t = fakelib.Thing(1)\ndef inner():\n    t.walk()",
        "DL202 `t`, a `fakelib.Thing`, has no `walk`",
    ),
    "a module": ("fakelib.Thin(3)", "DL202 module `fakelib` has no attribute `Thin`; did you mean `Thing`?"),
}


@pytest.mark.parametrize(("body", "expected"), WRONG.values(), ids=WRONG)
def test_told(body: str, expected: str) -> None:
    assert told(body) == [expected]


def test_a_live_object_is_told_of() -> None:
    assert told("thing.walk()", "thing = fakelib.Thing(1)\n") == ["DL202 `thing`, a `fakelib.Thing`, has no `walk`"]


NOTHING = {
    "what is there": "t = fakelib.Thing(3)\nt.run(times=2)\nt.run_on_gpu()",
    "what the class sets": "t = fakelib.Thing(3)\nt.helper(1)",
    "what is set here": "t = fakelib.Thing(3)\nt.walk = print\nt.walk()",
    "what a string may set": "t = fakelib.Thing(3)\nsetattr(t, 'walk', print)\nt.walk()",
    "any attribute": "t = fakelib.Ghost()\nt.walk()",
    "bound twice": "t = fakelib.Thing(3)\nt = given\nt.walk()",
    "bound by a loop": "for t in [fakelib.Thing(3)]:\n    t.walk()",
    "a parameter": "given.walk()",
    "handed on": "t = fakelib.Thing(3)\ngiven.attach(t)\nt.walk()",
    "handed on in a list": "t = fakelib.Thing(3)\ngiven(parts=[t])\nt.walk()",
    "caught": "try:\n    fakelib.gone()\nexcept AttributeError:\n    pass",
    "asked before": "if not hasattr(fakelib, 'gone'):\n    return\nfakelib.gone()",
    "asserted before": "assert fakelib.__version__ > '2'\nfakelib.gone()",
    "asked beside": "hasattr(fakelib, 'gone') and fakelib.gone()",
    "never": "if False:\n    fakelib.gone()",
    "expected to fail": "with pytest.raises(AttributeError):\n    fakelib.gone()",
    "an unknown decorator": "@given\ndef inner():\n    fakelib.gone()",
    "not the same module": "import fakelib_of_mine.part as fakelib\nfakelib.gone()",
    "only read": "t = fakelib.Thing(3)\nprint(t.walked)",
    "text that is run": "exec('fakelib.gone = print')\nfakelib.gone()",
}


@pytest.mark.parametrize("body", NOTHING.values(), ids=NOTHING)
def test_nothing_is_told(body: str) -> None:
    assert [each for each in told(body) if "DL502" not in each] == []


def test_what_has_run_is_not_told_of() -> None:
    source = "import fakelib\ndef used():\n    fakelib.gone()\n"
    space = {"__name__": "__main__", "fakelib": LIBRARY}
    block = {"index": 0, "source": source, "first_line": 11}
    assert list(unreached([block], {0}, {11, 12, 13}, space)) == []
    assert list(unreached([block], set(), {11, 12}, space)) == []
    assert len(list(unreached([block], {0}, {11, 12}, space))) == 1
