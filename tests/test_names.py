"""Free and bound names, against the language reference's rules on scopes."""

from __future__ import annotations

import pytest

from dlexamples.names import names

NEEDS = {
    "import torch\ntorch.ones(2)": set(),
    "x + 1": {"x"},
    "x = x + 1": {"x"},
    "x += 1": {"x"},
    "x: int\nprint(x)": {"x"},
    "print(len(data))": {"data"},
    "del model": {"model"},
    "model = 1\ndel model\nmodel": {"model"},
    "[x * y for x in data]": {"y", "data"},
    "{k: v for k, v in items if k in wanted}": {"items", "wanted"},
    "x = [x for x in range(3)]\nx": set(),
    "[y := f(x) for x in data]\ny": {"f", "data"},
    "for batch in loader:\n    print(batch)\nprint(batch)": {"loader"},
    "with open(path) as file:\n    file.read()": {"path"},
    "try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch": set(),
    "try:\n    f()\nexcept E as error:\n    print(error)": {"f", "E"},
    "if flag:\n    a = 1\na": {"flag", "a"},
    "if flag:\n    a = 1\nelse:\n    a = 2\na": {"flag"},
    "if flag:\n    a = 1\nelse:\n    raise ValueError\na": {"flag"},
    "if __name__ == '__main__':\n    a = 1\na": set(),
    "class Net(nn.Module):\n    width = w\n    def forward(self, x):\n        return self.f(x)": {"nn", "w"},
    "class A:\n    b = 1\n    c = b": set(),
    "@decorate\ndef f(x=default, *args: T, **kw) -> R:\n    return x": {"decorate", "default", "T", "R"},
    "f = lambda x, y=z: x + y": {"z"},
    "match command:\n    case [a, *b]:\n        print(a, b)\n    case {'a': c, **d}:\n        print(c, d)": {"command"},
    "x[0] = 1": {"x"},
    "model.lr = 1": {"model"},
    "print(__name__, __file__)": set(),
    "class A:\n    def f(self):\n        global c\n        c = 3": set(),
    "if (n := len(data)) > 3:\n    print(n)": {"data"},
    "async def f():\n    async for x in source:\n        yield x": set(),
}


@pytest.mark.parametrize("source", NEEDS)
def test_what_a_block_needs_at_once(source: str) -> None:
    assert names(source).needs == NEEDS[source]


LATER = {
    "def f():\n    return loader": {"loader"},
    "def f():\n    x = 1\n    def g():\n        return x + y\n    return g": {"y"},
    "def f(loader):\n    return loader": set(),
    "def f():\n    return g()\ndef g():\n    return 1": set(),
    "f = lambda: model": {"model"},
    "def f():\n    return [x for x in data if x > limit]": {"data", "limit"},
    "def f():\n    global counter\n    counter += 1": {"counter"},
    "class Net:\n    size = 3\n    def f(self):\n        return size": {"size"},
    "def f():\n    import torch\n    return torch.ones(n)": {"n"},
}


@pytest.mark.parametrize("source", LATER)
def test_what_the_functions_of_a_block_need_later(source: str) -> None:
    assert names(source).needs_later == LATER[source]


BINDS = {
    "import torch.nn as nn, os.path": {"nn", "os"},
    "from a import b as c, d": {"c", "d"},
    "a, (b, *c) = 1, (2, 3)": {"a", "b", "c"},
    "def f():\n    x = 1": {"f"},
    "def f():\n    global x\n    x = 1": {"f", "x"},
    "class A:\n    x = 1": {"A"},
    "class A:\n    def f(self):\n        global c\n        c = 3": {"A", "c"},
    "[y for y in z]": set(),
    "x: int = 3": {"x"},
}


@pytest.mark.parametrize("source", BINDS)
def test_what_a_block_binds(source: str) -> None:
    assert names(source).binds == BINDS[source]


TOUCHES = {
    "model.add(layer)": {"model"},
    "x[0] = 1": {"x"},
    "self.a.b = 2": {"self"},
    "train(model, 3)": {"model"},
    "print(model)": set(),
    "import torch\ntorch.save(model)": set(),
    "y = model.predict(x)": set(),
    "for a in b:\n    optimizer.step()": {"optimizer"},
}


@pytest.mark.parametrize("source", TOUCHES)
def test_what_a_block_changes_in_place(source: str) -> None:
    assert frozenset().union(*(s.touches for s in names(source).statements)) == TOUCHES[source]


STATE = {
    "import torch\ntorch.manual_seed(0)": {"torch"},
    "torch.set_default_dtype(torch.float64)": {"torch"},
    "import numpy as np\nnp.random.seed(1)": {"np"},
    "import os\nos.environ['A'] = '1'": {"os"},
    "import matplotlib.pyplot as plt\nplt.style.use('ggplot')": {"plt"},
    "import torch\ntorch.backends.cudnn.deterministic = True": {"torch"},
    "import tensorflow as tf\ntf.random.set_seed(1)": {"tf"},
    "import warnings\nwarnings.filterwarnings('ignore')": {"warnings"},
    "from keras.utils import set_random_seed\nset_random_seed(1)": {"set_random_seed"},
    "import torch\ntorch.ones(2)": set(),
    "import matplotlib.pyplot as plt\nplt.plot(x)": set(),
    "def f():\n    torch.manual_seed(0)": set(),
}


@pytest.mark.parametrize("source", STATE)
def test_through_which_names_a_block_changes_global_state(source: str) -> None:
    assert names(source).sets_state == STATE[source]


def test_a_block_that_does_not_parse_still_tells_its_names() -> None:
    found = names("import torch\nmodel = Sequential([\n    Dense(3)\n# Compile\nmodel.compile(x)\n")
    assert {"torch", "model"} <= found.binds
    assert {"Sequential", "Dense", "x"} <= found.needs
    assert found.imports == {"torch"}


def test_only_definitions() -> None:
    assert names("import torch\ndef f():\n    return 1").only_defines
    assert not names("def f():\n    return 1\nf()").only_defines
    assert not names("import torch").only_defines


def test_line_of_a_decorated_statement_is_its_decorators() -> None:
    (statement,) = names("@a\n@b\ndef f():\n    pass").statements
    assert (statement.line, statement.end_line) == (1, 4)


def test_what_a_block_surely_binds() -> None:
    certain = "import os\na = 1\nwith open(a) as e:\n    f = 1\nh = i = 2\ndel i\n"
    source = f"{certain}if os.environ:\n    b = 1\nfor c in a:\n    d = 1\n"
    assert names(source).surely == {"os", "a", "e", "f", "h"}


def test_builtins_are_told_apart() -> None:
    found = names("print(sum(input))\ndef f():\n    return max(x)")
    assert not found.needs
    assert found.needs_later == {"x"}
    assert found.builtins == {"print", "sum", "input", "max"}


def test_a_source_too_deep_for_the_parser_tells_what_can_be_read() -> None:
    assert "x" in names("x = " + "+".join(["1"] * 5000)).binds
