"""Blocks that are not run: their imports and calls, checked against what is installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from dlexamples.run.inside.calls import findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIBRARY = """
import functools

def plain(first, second=2, *, third=3): ...
def anything(*args, **kwargs): ...
def positional(x, /): ...
def renames(old, new):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            kwargs[new] = kwargs.pop(old, None)
            return function(*args, **kwargs)
        return wrapper
    return decorate

@renames("colour", "color")
def renamed(color): ...
@functools.lru_cache
def cached(size): ...

class Layer:
    registry = {}
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)
class Dense(Layer):
    def __init__(self, units, bias=True):
        raise SystemExit("called")
    def forward(self, x): ...
    @classmethod
    def load(cls, path): ...
class Chosen:
    def __new__(cls, *args, **kwargs):
        return object()
    def __init__(self, one): ...
class Meta(type):
    def __call__(cls, *args, **kwargs): ...
class Made(metaclass=Meta):
    def __init__(self, one): ...
class Wide(Layer):
    def __init__(self, **kwargs): ...

def __getattr__(name):
    if name == "lazy":
        import no_such_package
    if name == "broken":
        raise RuntimeError("no CUDA")
    raise AttributeError(name)
"""


@pytest.fixture(scope="module", autouse=True)
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A package `deeplib` with every kind of callable, which says so if one of them is called."""
    folder: Path = tmp_path_factory.mktemp("library")
    package = folder / "deeplib"
    package.mkdir()
    (package / "__init__.py").write_text(LIBRARY)
    (package / "layers.py").write_text("from deeplib import Dense\n__all__ = ['Dense']\n")
    (package / "needy.py").write_text("import no_such_package.part\n")
    (package / "old.py").write_text("from deeplib import gone\n")
    (package / "ends.py").write_text("raise SystemExit(3)\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setattr(sys, "dont_write_bytecode", True)
        yield


def told(source: str, *earlier: str) -> list[str]:
    """`line:column-end code message` of each finding."""
    return [
        f"{each['line']}:{each['column']}-{each['end_column']} {each['code']} {each['message']}"
        for each in findings(source, list(earlier))
    ]


WRONG = {
    "an attribute": (
        "import deeplib\ndeeplib.Dens",
        "2:8-12 DL202 module `deeplib` has no attribute `Dens`; did you mean `Dense`?",
    ),
    "of a submodule": ("from deeplib import layers as L\nL.Conv(3)", "2:2-6 DL202 module `L` has no attribute `Conv`"),
    "of a class": ("from deeplib import Dense\nDense.fit()", "2:6-9 DL202 class `Dense` has no attribute `fit`"),
    "in the middle": ("import deeplib\ndeeplib.nn.Dense(3)", "2:8-10 DL202 module `deeplib` has no attribute `nn`"),
    "that is a base class": (
        "import deeplib\nclass A(deeplib.Modul):\n    pass",
        "2:16-21 DL202 module `deeplib` has no attribute `Modul`",
    ),
    "in a function": (
        "import deeplib\ndef f():\n    return deeplib.dense",
        "3:19-24 DL202 module `deeplib` has no attribute `dense`; did you mean `Dense`?",
    ),
    "behind other letters": (
        "import deeplib\nprint('é', deeplib.é)",
        "2:19-20 DL202 module `deeplib` has no attribute `é`",
    ),
    "over several lines": ("import deeplib\n(deeplib\n .Conv)", "3:2-6 DL202 module `deeplib` has no attribute `Conv`"),
    "a name": (
        "from deeplib import Dense, dens",
        "1:27-31 DL202 ImportError: cannot import name `dens` from `deeplib`; did you mean `Dense`?",
    ),
    "a module": ("import deeplib.models", "1:7-21 DL202 package `deeplib` has no module `deeplib.models`"),
    "a package": (
        "import no_such_package.nn as nn\nnn.Linear()",
        "1:7-31 DL502 package `no_such_package` is not installed",
    ),
    "a package's name": ("from no_such_package import nn", "1:28-30 DL502 package `no_such_package` is not installed"),
    "a package of the package": ("import deeplib.needy", "1:7-20 DL502 package `no_such_package` is not installed"),
    "a package of the attribute": (
        "import deeplib\ndeeplib.lazy",
        "2:8-12 DL502 package `no_such_package` is not installed",
    ),
    "a name of the package": (
        "import deeplib.old",
        "1:7-18 DL202 ImportError: cannot import name 'gone' from 'deeplib'",
    ),
    "an import that ends the process": ("import deeplib.ends", "1:7-19 DL204 SystemExit: 3"),
    "a keyword": (
        "import deeplib\ndeeplib.plain(1, secnd=2)",
        "2:17-24 DL203 `deeplib.plain` has no parameter `secnd`; did you mean `second`?",
    ),
    "a keyword of no likeness": (
        "import deeplib\ndeeplib.plain(1, lr=2)",
        "2:17-21 DL203 `deeplib.plain` has no parameter `lr`; it has `first`, `second`, `third`",
    ),
    "a keyword for a positional": (
        "import deeplib\ndeeplib.positional(x=2)",
        "2:19-22 DL203 `deeplib.positional` has no parameter `x`; it takes no keywords",
    ),
    "a keyword of a class": (
        "from deeplib import Dense\nDense(3, biass=True)",
        "2:9-19 DL203 `Dense` has no parameter `biass`; did you mean `bias`?",
    ),
    "a keyword of a decorated function": (
        "from deeplib import renamed\nrenamed(size=3)",
        "2:8-14 DL203 `renamed` has no parameter `size`; it has `color`",
    ),
    "a keyword beside an open call": (
        "from deeplib import Dense\nDense(*sizes, size=3, **more)",
        "2:14-20 DL203 `Dense` has no parameter `size`; it has `units`, `bias`",
    ),
    "too many": (
        "from deeplib import plain\nplain(1, 2, 3)",
        "2:0-14 DL203 `plain` takes 2 positional arguments, and 3 are given",
    ),
    "too many for a class": (
        "from deeplib import Dense\nDense(1, 2, 3)",
        "2:0-14 DL203 `Dense` takes 2 positional arguments, and 3 are given",
    ),
    "too many for a method": (
        "from deeplib import Dense\nDense.load('a', 'b')",
        "2:0-20 DL203 `Dense.load` takes 1 positional argument, and 2 are given",
    ),
    "too many before an open end": (
        "from deeplib import Dense\nDense(1, 2, 3, *rest)",
        "2:0-21 DL203 `Dense` takes 2 positional arguments, and 3 are given",
    ),
    "one that is missing": (
        "from deeplib import Dense\nDense()",
        "2:0-7 DL203 `Dense` is missing a required argument: 'units'",
    ),
    "one twice": (
        "from deeplib import Dense\nDense(1, units=2)",
        "2:0-17 DL203 `Dense` got multiple values for argument 'units'",
    ),
    "an earlier star": (
        "from deeplib.layers import *\nDense()",
        "2:0-7 DL203 `Dense` is missing a required argument: 'units'",
    ),
    "a call in a call": (
        "from deeplib import Dense\nprint([Dense()])",
        "2:7-14 DL203 `Dense` is missing a required argument: 'units'",
    ),
    "no Python": ("import deeplib\nx = = 1", "2:4-5 DL001 the block is not valid Python: invalid syntax"),
}


@pytest.mark.parametrize(("source", "expected"), WRONG.values(), ids=WRONG)
def test_told(source: str, expected: str) -> None:
    assert told(source) == [expected]


NOTHING = {
    "what is there": "import deeplib\ndeeplib.Dense(3, bias=False)\ndeeplib.Dense(units=3)",
    "an open call": "from deeplib import Dense, plain\nDense(*args)\nplain(**options)\nDense(1, *more)",
    "anything": "from deeplib import anything, Wide, Chosen, Made\nanything(1, x=2)\nWide(y=1)\nChosen(1, 2)\nMade()",
    "a decorator's name": "from deeplib import renamed, cached\nrenamed(colour=1)\nrenamed(1, 2)\ncached(3)",
    "a builtin": "import math\nmath.log(1, 2, 3)\nprint(sepp=1)",
    "a name that is bound anew": "import deeplib\ndeeplib = other()\ndeeplib.Conv()",
    "a parameter": "import deeplib\ndef f(deeplib):\n    return deeplib.Conv()",
    "a loop's name": "from deeplib import Dense\nfor Dense in layers:\n    Dense()",
    "a class of the block": "from deeplib import Dense\nclass Dense:\n    pass\nDense()",
    "an object": "from deeplib import Dense\nlayer = Dense(3)\nlayer.fit(1)\nDense(3).fit(2)",
    "an object of a class": "from deeplib import Dense\nDense.registry.anything()",
    "a name that nothing imports": "deeplib.Conv()",
    "an attribute of the block's own": "import deeplib\ndeeplib.answer = 42\nprint(deeplib.answer)",
    "an attribute that is set": "import deeplib\nsetattr(deeplib, 'answer', 42)\nprint(deeplib.answer)",
    "a call of the block's own": "import deeplib\ndeeplib.plain = print\ndeeplib.plain(1, 2, 3, sep='')",
    "what is caught": "import deeplib\ntry:\n    deeplib.Conv()\nexcept AttributeError:\n    pass",
    "an import that is caught": "try:\n    import no_such_package as p\nexcept ImportError:\n    p = None\np.x()",
    "what is asked for": "import deeplib\nif hasattr(deeplib, 'Conv'):\n    deeplib.Conv()",
    "a version": "import deeplib\nf = deeplib.Conv if deeplib.__version__ > '2' else deeplib.Dense",
    "either of two": "def f():\n  from deeplib import Dense as D\ndef g():\n  from deeplib import plain as D\n  D()",
    "an attribute that fails otherwise": "import deeplib\ndeeplib.broken",
    "a relative import": "from . import models\nfrom .models import Net",
    "a module's file": "import deeplib\ndeeplib.__file__\ndeeplib.Dense.__name__",
    "nothing": "",
}


@pytest.mark.parametrize("source", NOTHING.values(), ids=NOTHING)
def test_nothing_is_told(source: str) -> None:
    assert told(source) == []


def test_imports_of_earlier_blocks_hold() -> None:
    assert told("L.Conv()", "import deeplib.layers as L") == ["1:2-6 DL202 module `L` has no attribute `Conv`"]


def test_names_that_earlier_blocks_bind_anew_do_not() -> None:
    assert told("L.Conv()", "import deeplib.layers as L", "L = 1") == []
    assert told("L.Conv()", "import deeplib.layers as L", "def f():\n    L = 1") != []
    assert told("L.Conv()", "import deeplib.layers as L", "L = 1", "from deeplib import layers as L") != []


def test_faults_of_earlier_blocks_are_theirs() -> None:
    assert told("p.x()\nD(1)", "import no_such_package as p", "x = = 1", "from deeplib import Dense as D") == []


def test_every_fault_is_told_in_the_order_of_the_text() -> None:
    found = told("import no_such_package\nfrom deeplib import Dense, gone\nDense(Dense(), unit=1)")
    assert [line.split()[:2] for line in found] == [
        ["1:7-22", "DL502"],
        ["2:27-31", "DL202"],
        ["3:6-13", "DL203"],
        ["3:15-21", "DL203"],
    ]


def test_real_libraries() -> None:
    source = (
        "import numpy as np\nfrom sklearn.datasets import make_moons\nnp.float\nnp.zeros(3, dtyp=int)\nmake_moons(n=3)"
    )
    found = [line.partition(";")[0] for line in told(source)]
    assert found == [
        "3:3-8 DL202 module `np` has no attribute `float`",
        "4:12-20 DL203 `np.zeros` has no parameter `dtyp`",
        "5:11-14 DL203 `make_moons` has no parameter `n`",
    ]


def test_torch() -> None:
    pytest.importorskip("torch")
    source = "optim.Adam(net.parameters(), learning_rate=1e-3)\nnn.Dense(4)\nnn.Linear(2, 3)\nnn.LSTM(1, 2, foo=3)"
    assert [line.partition(";")[0] for line in told(source, "import torch\nfrom torch import nn, optim")] == [
        "1:29-47 DL203 `optim.Adam` has no parameter `learning_rate`",
        "2:3-8 DL202 module `nn` has no attribute `Dense`",
        "4:14-19 DL203 `nn.LSTM` has no parameter `foo`",
    ]
