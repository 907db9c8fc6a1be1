"""Labelled by its info string, or read from its text: which blocks are Python."""

from __future__ import annotations

import pytest

from dlexamples.formats.language import classify
from dlexamples.formats.syntax import syntax_error

PYTHON_INFO = [
    "py", "Py", "python", "Python", "PYTHON", "python2", "python3", "py3", "python3.11", "ipython3", "python,foo",
    "python foo", "python {1,3}", "python{1,3-5}", "python {foo}", "{python}", "{python, echo=FALSE}", "{.python}",
    "{.python .input}", "{.python .input n=4}", "{#train .python}", '{ .python hl_lines="2 3" }',
    "{code-cell} ipython3", "{code-block} python", 'python title="my file.py"', "python:title=x.py", "py:main.py",
    "python=12", "python linenos=table,hl_lines=[1]", "python[x]", "language-python", "lang-py",
]  # fmt: skip


@pytest.mark.parametrize("info", PYTHON_INFO)
def test_info_says_python(info: str) -> None:
    language = classify(info, "prose that does not parse", ())
    assert language.name == "python"
    assert language.why.startswith("the info string says ")
    assert language.syntax_error


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("python out", "text"),
        ("python output", "text"),
        ("{.python .output}", "text"),
        ("python-traceback", "python-traceback"),
        ("pytb", "pytb"),
        ("pycon", "pycon"),
        ("python-repl", "pycon"),
        ("text", "text"),
        ("console", "console"),
        ("bash", "bash"),
        ("Shell", "shell"),
        ("JSON", "json"),
        ('json title="python"', "json"),
        ("json python", "json"),
        ("c++", "c++"),
        ("R", "r"),
        ("{r}", "r"),
        ("{note}", "note"),
        ("{code-block} text", "text"),
        ("diff", "diff"),
        ("pyi", "pyi"),
        ("output", "output"),
    ],
)
def test_info_says_something_else(info: str, name: str) -> None:
    language = classify(info, "import torch\nprint(1)\n", ())
    assert language.name == name
    assert language.why.startswith("the info string says ")
    assert not language.syntax_error


@pytest.mark.parametrize("info", ["", 'title="x.py"', "{1,3}", "{code-cell}", "/;", "{}", "hl_lines='2 3'"])
def test_info_says_nothing(info: str) -> None:
    assert classify(info, "import torch\n", ()).why == "no info string; it parses as Python and imports torch"
    assert classify(info, "0.98\n", ()).name == "text"


PYTHON = [
    "import torch",
    "from torch import nn",
    "from . import model",
    "x = 5",
    "x: int = 3",
    "LR = 0.1",
    "learning_rate = 0.1\nbatch_size = 64",
    "EPOCHS = 10\nBATCH = 32",
    "d = {}\nd['a'] = 1",
    "x, y = y, x",
    "w -= lr * dw",
    "w = w - a * d",
    "a = 2\nb = 3\nc = a + b",
    "loss = criterion(out, y)\nloss.backward()",
    "accuracy = correct / total",
    "loss = 0.5\nprint(loss)",
    "print('x')",
    "help(torch)",
    "foo()",
    "model.fit(x, y)",
    "model(x).shape",
    "Net()(x)",
    "super().__init__()",
    "torch.tensor([1, 2])",
    "np.array([1, 2]).shape",
    "nn.Linear(4, 64)",
    "plt.plot(x);",
    "import torch;\nx = 1;",
    "tensor([1., 2.])\nx = tensor([1.])",
    "def f(x):\n    return x",
    "class A: pass",
    "@torch.no_grad()\ndef f(): ...",
    "for x in data:\n    print(x)",
    "with torch.no_grad():\n    y",
    "if __name__ == '__main__':\n    main()",
    "assert x == 1",
    "raise ValueError",
    "[x * 2 for x in y]",
    "f'{x}'",
    "console = Console()\nconsole.log('x')",
    "# a comment\n\nx = 1  # another",
]


@pytest.mark.parametrize("source", PYTHON)
def test_text_is_python(source: str) -> None:
    language = classify("", source, ())
    assert language.name == "python", language.why
    assert language.why.startswith("no info string; it parses as Python and ")
    assert not language.syntax_error


BROKEN = [
    "import torch\nmodel = nn.Linear(4, 2\nprint(model)",
    "import torch\nsd = {\n  'a': 1\n}\nprint(sd}",
    "import numpy as np\nprint np.zeros(3)",
    "    import torch\n    x = 1",
    "def f(x):\nreturn x",
    "def train(model)\n    model.fit(x, y)\n    print(1)",
    "class Net(A):\n    def __init__(self):\n        super().__init__(\n\n    def forward(self):\n        return 1",
    "model = Sequential([\n    Dense(64),\n    Dense(10)\nmodel.compile(loss='mse')\nmodel.fit(x, y)\nmodel.summary()",
    "%matplotlib inline\nimport matplotlib.pyplot as plt",
    "!pip install torch\nimport torch\nx = torch.ones(2)",
    "pip install torch\nimport torch\nx = torch.ones(3)\nprint(x)",
    "import tensorflow as tf\nimport numpy as np\nprint(tf.__version__)77",
    "from captum.attr import Attribution\nx = torch.ones(3)\noutput\n.....\nx: tensor([1.],\n           grad_fn=<A>)",
]


@pytest.mark.parametrize("source", BROKEN)
def test_text_is_python_with_a_syntax_error(source: str) -> None:
    language = classify("", source, ())
    assert language.name == "python", language.why
    assert language.why == "no info string; most of its statements are Python, but not all of them parse"
    assert language.syntax_error.startswith("line ")


OUTPUT = [
    "0.98",
    "None",
    "True",
    "(3, 4)",
    "[0.1, 0.2]",
    "1 2 3\n4 5 6",
    "[[1. 2.]\n [3. 4.]]",
    "{'loss': 0.3}",
    "{1: 'a', 2: 'b'}",
    "'text'",
    "tensor(0.5)",
    "tensor([[0.02], [0.97]])",
    "tensor([1.], device='cuda:0', dtype=torch.float64)",
    "tensor(0.5, grad_fn=<MseLossBackward>)",
    "tensor([1.]) tensor([2.])",
    "array([1., nan], dtype=float32)",
    "array([[1, 2],\n       [3, 4]])\n(2, 2)",
    "torch.Size([2, 3])",
    "torch.return_types.max(values=tensor([1.]), indices=tensor([0]))",
    "np.float64(0.5)",
    "(np.int64(3), np.True_)",
    "(5, TensorShape([2, 1027]))",
    "5 (2, 1027) (2, 256)",
    "OUTPUTS\ntensor([-0.4181,  2.9352])",
    "OrderedDict([('a', tensor([1.]))])",
    "Linear(in_features=4, out_features=64, bias=True)",
    "Sequential(\n  (0): Linear(in_features=4, out_features=2, bias=True)\n)",
    "LinearRegression()",
    "Namespace(lr=0.1, epochs=3)",
    "DatasetDict({\n    train: Dataset({\n        features: ['a'],\n        num_rows: 3\n    })\n})",
    "<class 'int'>",
    "<tf.Tensor: shape=(2,), dtype=float32>",
    "tf.Tensor([1. 2.], shape=(2,), dtype=float32)",
    "accuracy = 0.98",
    "train_loss = 0.31\nval_acc = 0.9",
    "epoch = 1\nloss = 0.5",
    "loss: 0.3",
    "loss = 0.3, acc = 0.9",
    "loss: 0.3 - accuracy: 0.9",
    "Epoch 1/10\n100/100 [====] - 1s - loss: 0.3",
    "  0%|          | 0/100 [00:00<?, ?it/s]",
    'Model: "sequential"\n____\nLayer (type)  Output Shape\n====',
    'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    x = foo()\nNameError: name',
    "IG Attributions: tensor([[-0.5922, -1.5497]])\nDelta: tensor([1.])",
]
SHELL = [
    "pip install torch",
    "!pip install torch",
    "$ python x.py",
    "git clone https://example.com/x",
    "python train.py --epochs=3",
    "export A=1",
    "cd foo && ls",
    "cd foo\nA=1\nB=2",
    "conda create -n x python=3.9\nconda activate x",
    "ls ckpt\n# model.pt",
]
PROSE = [
    "",
    " \n\n",
    "# Title",
    "Hello",
    "Hello, this is prose.",
    "import the data and train",
    "step 1: load the data\nstep 2: train",
    "for each batch:\n    update weights\n    repeat until done",
    "x -> y -> z",
    "a - b",
    "ls -l",
    "nvidia-smi",
    "A=1",
    "CUDA_VISIBLE_DEVICES=0\nDATA=/tmp",
    "src/\n  main.py",
    "├── a\n└── b",
]
MATHS = [
    "y = Wx + b",
    "y = w * x + b",
    "E = m*c**2",
    "f(x)",
    "O(n)",
    "P(A | B)",
    "p = exp(z) / Z",
    "f(x) = 1 / (1 + exp(-x))",
    "W = W - η ∂L/∂W",
    "\\frac{a}{b}",
]
ELSEWHERE = [
    '{"a": [1, 2], "b": null}',
    '[{"a": true}]',
    "[section]\nlr = 0.1",
    "[optimizer]\nname = adam w\nlr = 0.1\nbs = 3",
    "[tool.ruff]\nselect = ['E']",
    "lr: 0.1\nepochs: 3",
    "model:\n  - resnet\n  - vgg",
    "torch==2.1\nnumpy>=1.2",
    "const x = 1;",
    "const x = 1;\nconsole.log(x);",
    "console.log('x')",
    "const model = tf.sequential();\nmodel.add(tf.layers.dense({units: 1}));\nmodel.compile({loss: 'mse'});",
    "x = 1;\ny = x;",
    "import React from 'react';",
    "import java.util.List;",
    "int main() {\n  return 0;\n}",
    'printf("%d", x);',
    "__global__ void k(float* x) {\n  x[0] = 1;\n}",
    "fn main() {\n    let x = 5;\n}",
    "def f(x)\n  x + 1\nend",
    "puts 'x'",
    "x <- c(1, 2)",
    "library(ggplot2)\nx <- 3",
    "using Flux\nm = Dense(2, 1)",
    "SELECT * FROM x",
    "FROM python:3.10\nRUN pip install torch",
    "<div>x</div>",
    "--- a\n+++ b\n@@ -1 +1 @@\n-x = 1\n+x = 2",
    "graph TD;\n A-->B;",
    "@misc{x,\n  author = {A},\n  year = {2020},\n}",
]


@pytest.mark.parametrize("source", OUTPUT + SHELL + PROSE + MATHS + ELSEWHERE)
@pytest.mark.parametrize("heading", [(), ("Code examples",)])
def test_text_is_not_python(source: str, heading: tuple[str, ...]) -> None:
    language = classify("", source, heading)
    assert language.name != "python", language.why
    assert language.why.startswith("no info string; ")
    assert not language.syntax_error


@pytest.mark.parametrize("source", SHELL)
def test_shell_has_its_name(source: str) -> None:
    assert classify("", source, ()).name == "bash"


@pytest.mark.parametrize("source", [*OUTPUT, *SHELL[:5]])
def test_a_heading_alone_makes_nothing_python(source: str) -> None:
    assert classify("", source, ("PyTorch in Python",)).name != "python"


@pytest.mark.parametrize("source", ["LR=0.1", "model = Net(\nmodel.fit(x, y)"])
def test_a_heading_settles_what_could_be_either(source: str) -> None:
    assert classify("", source, ("Results",)).name != "python"
    assert classify("", source, ("Training with PyTorch",)).name == "python"


def test_arithmetic_on_names_from_above_is_code() -> None:
    assert classify("", "c = a + b", (), bound={"a", "b"}).name == "python"
    assert classify("", "c = a + b", (), bound={"x"}).name == "text"


def test_a_prompt_in_a_docstring_is_no_session() -> None:
    assert classify("", 'def f():\n    """\n    >>> f()\n    """\n', ()).name == "python"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ny = (2\n", 2),
        ("return 1\n", 1),
        ("await f()\n", 1),
        ("if x:\n", 1),
        ('x = """\n\n', 1),
        ("x = 1\n  y = 2\n", 2),
        ("print 'x'\n", 1),
        (">>> x\n", 1),
        ("x = '\0'\n", 1),
        ("é = 'é' 1\n", 1),
        ("(" * 5000, 1),
        ("\\", 1),
    ],
)
def test_the_compilers_message_has_its_place(source: str, line: int) -> None:
    message = syntax_error(source)
    place, _, said = message.partition(": ")
    assert place.startswith(f"line {line}, column ")
    assert int(place.rpartition(" ")[2]) >= 1
    assert said


def test_a_warning_about_the_source_is_not_ours() -> None:
    assert not syntax_error("x = '\\d'\nassert (x, 1)\nx is 1\n1(2)\n")
    assert classify("", "x = '\\d'\n5 (2, 3)\n", ()).name == "python"


DEEP = ["x" + ".a" * 20000, "1" + "+1" * 20000, "x" + "()" * 20000, "-" * 20000 + "1", "[" * 20000]


@pytest.mark.parametrize("source", DEEP, ids=lambda source: source[:3])
def test_depth_is_no_trap(source: str) -> None:
    assert classify("", source, ()).why
    assert classify("", f"y = {source}", ()).why
