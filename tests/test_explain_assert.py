"""A failing assert of a post explains itself as pytest's do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from mending import stopped

from dlexamples.repair.explain_assert import explain

if TYPE_CHECKING:
    from dlexamples.model import Stop


def stop_of(source: str) -> Stop:
    namespace: dict[str, object] = {}
    *before, last = ast.parse(source).body
    exec(compile(ast.Module(before, []), "<block 0>", "exec"), namespace)
    with pytest.raises(Exception) as raised:  # noqa: PT011
        exec(compile(ast.Module([last], []), "<block 0>", "exec"), namespace)
    return stopped(raised.value, last, 0, (source,), (source,), namespace, columns=True)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def accuracy():\n    return 0.5\n\nassert accuracy() > 0.9\n",
            "assert 0.5 > 0.9\n +  where 0.5 = accuracy()",
        ),
        ("x = [1]\nassert len(x) == 2, 'too short'\n", "too short\nassert 1 == 2\n +  where 1 = len([1])"),
        ("def check(loss):\n    assert loss < 1\n\ncheck(3)\n", "assert 3 < 1"),
        ("raise AssertionError('the author says so')\n", ""),
        ("runs = []\nassert runs.append(1) or len(runs) > 1\n", ""),
        ("class Bad:\n    def __bool__(self):\n        raise AssertionError\n\nassert Bad()\n", ""),
        ("1 / 0\n", ""),
    ],
)
def test_explanation(source: str, expected: str) -> None:
    assert explain(stop_of(source)) == expected
