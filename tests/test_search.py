"""The search goes on while a statement of the author's still has something to mend."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.run.conditions import Conditions
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlexamples.run.lane import Use
    from dlexamples.run.pool import Kind
    from dlexamples.run.process import Process

POST = """\
```python
import torch
from torch import nn

X, y = torch.rand(20, 3), torch.rand(20, 1)
model = nn.Linear(3, 1)
{}
```
"""


@pytest.mark.parametrize(
    "statements",
    [
        'model.compile(loss="mse", optimizer="adam"); model.fit(X, y)',
        "print(model.evaluate(X, y), model.evaluate(X, y))",
        'print(f"{model.evaluate(X, y):.3f} {model.predict(X[:1])}")',
    ],
)
def test_several_calls_on_a_line_are_all_mended(statements: str, tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text(POST.format(statements), encoding="utf-8")
    command = [sys.executable, "-m", "dlexamples", "fix", "--unsafe-fixes", "post.md"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    fixed = (tmp_path / "post.md").read_text(encoding="utf-8")
    assert "for epoch in range" in fixed or "model.eval()" in fixed, done.stdout + done.stderr
    assert not any(f".{method}(" in fixed for method in ("compile", "fit", "evaluate", "predict"))


class Watched(Pool):
    """Notes of each process whether it was for the search alone."""

    def __init__(self) -> None:
        super().__init__(fork=True)
        self.started: list[bool] = []

    def start(self, kind: Kind, use: Use, job_in: Callable[[Path], dict[str, Any]]) -> Process:
        self.started.append(use.to_search)
        return super().start(kind, use, job_in)


def verdicts(pool: Pool, *blocks: str) -> list[str]:
    text = "".join(f"# b{n}\n\n```python\n{block}\n```\n\n" for n, block in enumerate(blocks))
    document = parse(Path("post.md"), text)
    runner = Runner(pool, document, Conditions(device="cpu"))
    return [outcome.verdict.value for outcome in in_order(document, check(document, runner))]


CLEAN = "assert not {'libcst', 'dlexamples'} & set(__import__('sys').modules)"


def test_no_verdict_comes_from_a_process_that_has_looked_for_mends() -> None:
    with closing(Watched()) as pool:
        missing = f"{CLEAN}\nx = np.ones(3)\n{CLEAN}\ny = np.stack([x, x])\nplt.plot(x)\n{CLEAN}"
        found = verdicts(pool, missing, f"{CLEAN}\nx.missing", f"{CLEAN}\nprint(x)\n{CLEAN}")
        assert found == ["filled", "failed", "passed"]
        assert not pool.started[0]
        assert not pool.started[-1]


def test_a_session_that_nothing_mends_runs_once_and_once_more_for_the_search() -> None:
    with closing(Watched()) as pool:
        assert verdicts(pool, "x = 1\nx / 0", "print(x)") == ["failed", "passed"]
        assert pool.started == [False, True]


def test_what_takes_long_to_reach_is_not_run_again_for_the_search() -> None:
    with closing(Watched()) as pool:
        slow = "import time\ntime.sleep(0.6)\nx = 1"
        assert verdicts(pool, slow, "y = np.ones(x)") == ["passed", "filled"]
        assert pool.started == [False, False]


def test_a_stop_that_is_another_one_the_second_time_is_asked_where_it_was_first() -> None:
    with closing(Watched()) as pool:
        # Only the first process of the two is one that gives verdicts.
        block = "import sys\nif 'libcst' in sys.modules:\n    missing\ny = np.ones(3)"
        assert verdicts(pool, block) == ["filled"]
        assert pool.started == [False, True, False]
