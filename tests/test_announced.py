"""Comments that say that a statement fails, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlexamples.formats import parse
from dlexamples.printed import announced

ANNOUNCING = {
    "x[0] = 1  # raises TypeError": {1: "TypeError"},
    "# This raises a `torch.cuda.OutOfMemoryError`\nx()": {2: "torch.cuda.OutOfMemoryError"},
    "x()  # ValueError: too many values": {1: "ValueError"},
    "x()  # -> KeyError": {1: "KeyError"},
    "y = 1\n# gives an error\nx()": {3: ""},
    "x()  # doesn't work": {1: ""},
    "x()  # this fails!": {1: ""},
    "x(\n    1,\n)  # raises IndexError": {1: "IndexError"},
}
SILENT = [
    "x()  # raises ValueError if x is negative",
    "x()  # no error here",
    "x()  # avoids the RuntimeError: see above",
    "x()  # compute the error",
    "error = x()  # the mean error",
    "x()  # raises the learning rate",
    "# dlexamples: raises ValueError\nx()",
    "def f():\n    x()  # raises ValueError",
    "try:\n    x()\nexcept ValueError:  # ValueError\n    pass",
    'x = "# raises ValueError"',
    "# raises ValueError\n\nx()",
    "x()  # fails on a CPU, works on a GPU, when there is one",
    ">>> x()\n# raises ValueError",
]


@pytest.mark.parametrize("source", ANNOUNCING)
def test_announced(source: str) -> None:
    assert of(source) == ANNOUNCING[source]


@pytest.mark.parametrize("source", SILENT)
def test_not_announced(source: str) -> None:
    assert of(source) == {}


def of(source: str) -> dict[int, str]:
    (block,) = parse(Path("post.md"), f"```python\n{source}\n```\n").blocks
    return announced(block, block.source)
