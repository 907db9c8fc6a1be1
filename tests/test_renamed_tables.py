"""Every row of `repair/tables` against the installed library: its new form is there, and its old form is gone, or is
marked as still working."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import warnings
from importlib.util import find_spec
from typing import Any

import pytest

from dlexamples.repair.live import MISSING, undisturbed
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.tables import PYTHON, Call, Gone, Keyword, Name, Row, Value, all_rows, read

LIBRARIES = sorted({row.library for row in all_rows()})
GONE = re.compile(r"removed|no longer|not callable")
PUT_BACK = "scipy.signal.hamming"
"""torchmetrics puts it back when it is imported, for a package of its own that needs it."""
RAISING = {
    ("pandas.date_range", "closed"): "import pandas as pd; pd.date_range('2020', '2021', closed='left')",
    ("matplotlib.pyplot.hist", "normed"): "import matplotlib.pyplot as plt; plt.hist([1.0], normed=True)",
    ("matplotlib.pyplot.grid", "b"): "import matplotlib.pyplot as plt; plt.grid(b=True)",
    ("matplotlib.pyplot.subplot", "axisbg"): "import matplotlib.pyplot as plt; plt.subplot(axisbg='w')",
    ("matplotlib.pyplot.savefig", "frameon"): (
        "import io, matplotlib.pyplot as plt; plt.savefig(io.BytesIO(), frameon=False)"
    ),
    ("matplotlib.pyplot.savefig", "papertype"): (
        "import io, matplotlib.pyplot as plt; plt.savefig(io.BytesIO(), papertype='a4')"
    ),
    ("matplotlib.pyplot.xscale", "basex"): "import matplotlib.pyplot as plt; plt.xscale('log', basex=2)",
    ("matplotlib.pyplot.yscale", "basey"): "import matplotlib.pyplot as plt; plt.yscale('log', basey=2)",
    ("matplotlib.pyplot.xscale", "nonposx"): "import matplotlib.pyplot as plt; plt.xscale('log', nonposx='clip')",
    ("matplotlib.pyplot.yscale", "nonposy"): "import matplotlib.pyplot as plt; plt.yscale('log', nonposy='clip')",
    ("matplotlib.pyplot.bar", "left"): "import matplotlib.pyplot as plt; plt.bar(left=[1], height=[1])",
    ("matplotlib.pyplot.barh", "bottom"): "import matplotlib.pyplot as plt; plt.barh(bottom=[1], width=[1])",
}
"""For keywords that vanish in a function's `**kwargs`: a call that shows the old one refused."""


@pytest.fixture(autouse=True)
def _without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_row_is_true_of_the_installed_library(library: str) -> None:
    _imported_or_skipped(library)
    rows = [row for row in all_rows() if row.library == library]
    wrong = [f"{_title(row)}: {fault}" for row in rows for fault in _faults(row)]
    assert not wrong, "\n".join(wrong)


def test_a_file_that_breaks_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="is no kind of row"):
        read("x", "[[renamed]]\nold = 'x.a'\n")
    with pytest.raises(ValueError, match="missing in"):
        read("x", "[[name]]\nold = 'x.a'\nsince = '1'\nsource = 'y'\n")
    with pytest.raises(ValueError, match="no call with its parameters"):
        read("x", "[[call]]\nold = 'x.a'\nnew = 'x.b()'\nsince = '1'\nsource = 'y'\n")


def test_rows_exist_below_the_other_prefixes_of_a_file() -> None:
    row = "[[name]]\nold = 'keras.a'\nnew = 'keras.b'\nsince = '1'\nsource = 'keras.io'\n"
    found = read("keras", f"also = ['tensorflow.keras']\n{row}")
    assert [(item.old, item.new) for item in found if isinstance(item, Name)] == [
        ("keras.a", "keras.b"),
        ("tensorflow.keras.a", "tensorflow.keras.b"),
    ]
    assert all(item.source == "keras.io" for item in found)


def _imported_or_skipped(library: str) -> None:
    """A library that is there and breaks while it is imported fails the test."""
    if library == PYTHON:
        return
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    with undisturbed():
        importlib.import_module(library)


def _faults(row: Row) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(row, Name):
            return [*_target(row.new), *_old(row, importable(row.old) is not MISSING)]
        if isinstance(row, Gone):
            return _old(row, not _fails(importable(row.old), [], {}))
        if isinstance(row, Call):
            return _call(row)
        if isinstance(row, Keyword):
            return [fault for of in row.of for fault in _keyword(row, of)]
        assert isinstance(row, Value)
        return [fault for of in row.of for fault in _value(row, of)]


def _call(row: Call) -> list[str]:
    parameters = row.parameters
    names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    faults = []
    for new in [row.new] if isinstance(row.new, str) else filter(None, row.new):
        tree = ast.parse(new, mode="eval")
        own = {*names, *(parameter.arg for parameter in parameters.kwonlyargs)}
        chains = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        dotted = [chain for chain in chains if re.fullmatch(r"[\w.]+", chain) and chain.split(".")[0] not in own]
        faults += [fault for chain in dotted for fault in _target(chain)]
    keywords = {parameter.arg: None for parameter in parameters.kwonlyargs}
    return [*faults, *_old(row, not _fails(importable(row.old), [None] * len(names), keywords))]


def _fails(function: Any, positional: list[None], keywords: dict[str, None]) -> bool:
    """Whether the old call is refused: it is not there, its signature says so, or calling it does."""
    if function is MISSING or not callable(function):
        return True
    try:
        inspect.signature(function).bind(*positional, **keywords)
    except TypeError:
        return True
    except ValueError:
        pass
    try:
        with undisturbed():
            function(*positional, **keywords)
    except Exception as error:
        return GONE.search(str(error)) is not None or _takes_fewer(function, positional, keywords)
    return False


def _takes_fewer(function: Any, positional: list[None], keywords: dict[str, None]) -> bool:
    """Whether a function of C, which has no signature, refuses as many numbers for being as many."""
    try:
        inspect.signature(function)
    except ValueError:
        pass
    else:
        return False
    try:
        with undisturbed():
            function(*[1.0 for _ in positional], **keywords)
    except Exception as error:
        return "invalid combination of arguments" in str(error)
    return False


def _keyword(row: Keyword, of: str) -> list[str]:
    function = importable(of)
    if function is MISSING:
        return [f"{of} is not there"]
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:
        return []
    hides = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    faults = [] if not row.new or hides or row.new in parameters else [f"{of} has no {row.new}"]
    if row.works:
        return faults
    if row.old in parameters:
        return [*faults, f"{of} still has {row.old}"]
    if hides and row.of[0] == of and not isinstance(function, type):
        code = RAISING.get((of, row.old))
        return faults if code and _raises(code) else [*faults, f"nothing shows that {of} refuses {row.old}"]
    return faults


def _value(row: Value, of: str) -> list[str]:
    old, new = ast.literal_eval(row.old), ast.literal_eval(row.new)
    if row.library == "matplotlib":
        style = importlib.import_module("matplotlib.style")
        return [] if new in style.available and old not in style.available else [f"{old} or {new}"]
    cls = importable(of)
    if cls is MISSING:
        return [f"{of} is not there"]
    from sklearn.utils._param_validation import make_constraint

    constraints = [make_constraint(given) for given in cls._parameter_constraints[row.parameter]]
    taken = [any(constraint.is_satisfied_by(value) for constraint in constraints) for value in (old, new)]
    return [] if taken == [False, True] else [f"{of}({row.parameter}=) takes {old!r}: {taken[0]}, {new!r}: {taken[1]}"]


def _target(name: str) -> list[str]:
    return [f"{name} is not there"] if importable(name) is MISSING else []


def _old(row: Row, there: bool) -> list[str]:
    if isinstance(row, Name) and "torchmetrics" in sys.modules and row.old == PUT_BACK:
        return []
    if isinstance(row, Call) and row.reordered:
        return [] if there and not row.works else ["the name is not there, or the old form still works"]
    if there and not row.works:
        return ["the old form still works"]
    return ["the old form is gone, and the row says that it works"] if row.works and not there else []


def _raises(code: str) -> bool:
    try:
        exec(code, {})
    except (TypeError, ValueError, AttributeError):
        return True
    return False


def _title(row: Row) -> str:
    return f"{type(row).__name__} {getattr(row, 'old', '')} of {getattr(row, 'of', row.library)}"
