"""When a stop in the same statement lies further out, by the texts before and after a candidate and by the places."""

from __future__ import annotations

import pytest

from dlexamples.model import Place
from dlexamples.run.outwards import moves_outwards

MESSAGE = "__init__() got an unexpected keyword argument 'heads'"
CASES = {
    # before, what failed in it, after, what fails in that
    "a method of the result": ("f(a, axis=1).g()", "f(a, axis=1)", "f(a, dim=1).g()", "f(a, dim=1).g", True),
    "a call of the argument": ("g(a.parameter(), lr=1)", "a.parameter", "g(a.parameters(), lr=1)", None, True),
    "an import above it": ("g(np.f(a)).h()", "np.f", "import x\ng(x.f(a)).h()", "g(x.f(a)).h", True),
    "characters of several bytes": ("'é'.h(np.f(a)).g()", "np.f", "'é'.h(f(a)).g()", "'é'.h(f(a)).g", True),
    "in a function": ("def d():\n  return f(a.g)", "a.g", "def d():\n  return f(a.h)", "f(a.h)", True),
    "the same part": ("f(a, axis=1).g()", "f(a, axis=1)", "f(a, dim=1).g()", "f(a, dim=1)", False),
    "what the candidate wrote itself": ("f(a.g)", "a.g", "f(h(a).g)", "h(a).g", False),
    "another argument of the outer call, too": ("f(a.g, b)", "a.g", "f(a.h, c)", "f(a.h, c)", True),
    "a keyword of the outer call, too": ("f(a.g, b=1)", "a.g", "f(a.h, c=1)", "f(a.h, c=1)", False),
    "another method of the result": ("f(a).g()", "f(a)", "f(b).h()", "f(b).h", False),
    "an operand further right": ("f(a.T) / g(1)", "f(a.T)", "f(a.m) / g(1)", "g(1)", True),
    "an operand further left": ("g(1) / f(a.T)", "f(a.T)", "g(1) / f(a.m)", "g(1)", False),
    "what the failed part is made of": ("f(g(a).T)", "g(a).T", "f(g(a).m)", "g(a)", False),
    "a statement below it": ("f(a.g)", "a.g", "f(a.h)\nb", "f(a.h)", False),
    "the function, and a keyword of its call": ("nn.Mha(heads=4)", "nn.Mha", "nn.MhA(heads=4)", None, True),
    "the function, and another argument": ("nn.Mha(4)", "nn.Mha", "nn.MhA(4)", None, False),
    "no Python": ("f(a.g", "a.g", "f(a.h)", "f(a.h)", False),
}


@pytest.mark.parametrize("name", CASES)
def test_moves_outwards(name: str) -> None:
    before, failed, after, fails, expected = CASES[name]
    assert moves_outwards(before, _place(before, failed), after, _place(after, fails or after), MESSAGE) is expected


def test_a_long_sum_is_no_deep_recursion() -> None:
    ones = " + 1" * 3000
    before, after = f"f(a.g){ones}", f"f(a.h){ones}"
    assert not moves_outwards(before, _place(before, "a.g"), after, _place(after, "a.h"), MESSAGE)


def test_without_columns_nothing_is_known_of_parts() -> None:
    before, after = "f(a, axis=1).g()", "f(a, dim=1).g()"
    whole = Place(0, 1, 0, 1, len(before))
    assert not moves_outwards(before, whole, after, Place(0, 1, 0, 1, len(after)), MESSAGE)


def _place(source: str, part: str) -> Place:
    at = source.index(part)
    line = source.count("\n", 0, at) + 1
    column = at - (source.rfind("\n", 0, at) + 1)
    return Place(0, line, column, line, column + len(part))
