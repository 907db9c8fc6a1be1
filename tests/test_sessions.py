"""Which blocks share a namespace."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlexamples.formats import parse, read
from dlexamples.sessions import needed_for, sessions


def post(*blocks: str) -> str:
    return "".join(f"# b{n}\n\n```python\n{block}\n```\n\n" for n, block in enumerate(blocks))


def shape(*blocks: str, mode: str = "auto") -> list[tuple[list[str], list[str]]]:
    """For each session the headings of the blocks that run and of those that are judged."""
    document = parse(Path("post.md"), post(*blocks))
    return [
        ([b.heading[-1] for b in s.blocks], [b.heading[-1] for b in s.blocks if b.id in s.judged])
        for s in sessions(document, mode)
    ]


def test_the_first_post_has_three_sessions() -> None:
    found = sessions(read(Path(__file__).parent.parent / "post.md"))
    assert [[block.id for block in session.blocks] for session in found] == [
        ["python-1"],
        ["tensorflow-1"],
        ["pytorch-1"],
    ]


SHAPES = {
    "a tutorial is one session": (
        ["import torch", "net = torch.nn.Linear(1, 1)", "net(torch.ones(1))"],
        [["b0", "b1", "b2"]],
    ),
    "each with its own imports": (
        ["import torch\nx = torch.ones(1)", "import torch\ny = torch.ones(1)"],
        [["b0"], ["b1"]],
    ),
    "the latest definition counts": (["m = 1", "m = 2", "print(m)"], [["b0"], ["b1", "b2"]]),
    "a name that nobody defines joins nothing": (["print(data)", "print(data)"], [["b0"], ["b1"]]),
    "a function that reads a later name": (["def f():\n    return data", "data = 3"], [["b0", "b1"]]),
    "a later definition is not an earlier one": (["print(data)", "data = 3"], [["b0"], ["b1"]]),
    "a conditional definition does not hide the earlier": (
        ["m = 1", "import sys\nif sys.argv[1:]:\n    m = 2\nprint(m)"],
        [["b0", "b1"]],
    ),
    "a loop may not run": (["m = 1", "for m in []:\n    pass", "print(m)"], [["b0", "b1", "b2"]]),
    "a branch hides nothing": (
        ["x = 1", "import os\nif os.environ.get('NO'):\n    x = 2", "print(x)"],
        [["b0", "b1", "b2"]],
    ),
    "a builtin's name may be the post's": (["input = [1]", "print(sum(input))"], [["b0", "b1"]]),
    "what is deleted must be there": (["x = 1", "del x"], [["b0", "b1"]]),
    "a method binds a global": (
        ["class A:\n    def f(self):\n        global c\n        c = 3", "print(c)"],
        [["b0", "b1"]],
    ),
    "a file that an earlier block writes": (
        ["open('a.txt', 'w').write('1')", "x = 1", "print(open('a.txt').read())"],
        [["b0", "b2"], ["b1"]],
    ),
    "a file that only a later block writes": (["open('a.txt')", "open('a.txt', 'w')"], [["b0"], ["b1"]]),
    "a comprehension's name is its own": (["x = 1", "print([x for x in range(3)])"], [["b0"], ["b1"]]),
    "what is deleted is needed again": (["x = 1", "x = 2\ndel x\nprint(x)"], [["b0", "b1"]]),
    "a star import may give any name": (["from math import *", "print(sqrt(2))"], [["b0", "b1"]]),
    "a block that does not parse keeps its place": (["model = (", "print(model)"], [["b0", "b1"]]),
    "two groups joined by a third": (["a = 1", "b = 2", "print(a, b)"], [["b0", "b1", "b2"]]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_groups(name: str) -> None:
    blocks, expected = SHAPES[name]
    assert [ran for ran, _ in shape(*blocks)] == expected


def test_global_state_sets_the_scene_for_later_sessions() -> None:
    blocks = ["x = 1", "import torch", "torch.manual_seed(3)", "import torch\nprint(torch.rand(1))"]
    assert shape(*blocks) == [
        (["b0"], ["b0"]),
        (["b1", "b2"], ["b1", "b2"]),
        (["b1", "b2", "b3"], ["b3"]),
    ]


def test_only_a_module_has_global_state() -> None:
    blocks = ["import sys\nmodel = sys.argv", "model.set_weights(1)\nmodel.used = 2", "print(3)"]
    assert [ran for ran, _ in shape(*blocks)] == [["b0", "b1"], ["b2"]]


def test_other_modes() -> None:
    blocks = ["x = 1", "print(x)", "import os"]
    assert shape(*blocks, mode="document") == [(["b0", "b1", "b2"], ["b0", "b1", "b2"])]
    assert shape(*blocks, mode="block") == [(["b0"], ["b0"]), (["b1"], ["b1"]), (["b2"], ["b2"])]


def test_a_selection_runs_what_it_needs_and_judges_itself_alone() -> None:
    document = parse(
        Path("post.md"), post("import torch", "m = torch.nn.Linear(1, 1)", "m.eval()", "print(torch.ones(1))", "m(1)")
    )
    (session,) = sessions(document)
    cut = needed_for(session, ["b4-1"])
    assert [block.id for block in cut.blocks] == ["b0-1", "b1-1", "b2-1", "b4-1"]
    assert cut.judged == {"b4-1"}


def test_a_post_without_python_has_no_session() -> None:
    assert sessions(parse(Path("post.md"), "# prose\n")) == ()


def test_a_block_for_all_is_judged_for_the_readers_of_each_tab() -> None:
    post = """
```python
units = 3
```

=== "PyTorch"

    ```python
    net = ["torch", units]
    ```

=== "TensorFlow"

    ```python
    net = ["tensorflow", units]
    ```

```python
print(net)
```
"""
    document = parse(Path("post.md"), post)
    found = sessions(document, here=lambda module: True)
    assert [[block.id for block in session.blocks] for session in found] == [
        ["post-1", "post-2", "post-4"],
        ["post-1", "post-3", "post-4"],
    ]
    assert all({"post-1", "post-4"} <= session.judged for session in found)
    (torch,) = sessions(document, here=lambda module: module == "torch")
    assert [block.id for block in torch.blocks] == ["post-1", "post-2", "post-4"]


def test_a_cleared_namespace_is_cleared_by_a_block_of_a_named_session_too() -> None:
    post = """
```python
a = 1
```

<!-- clear-namespace -->

```python dlexamples="session s"
b = 1
```

```python
print(a)
```
"""
    found = sessions(parse(Path("post.md"), post))
    assert sorted(len(session.blocks) for session in found) == [1, 1, 1]
