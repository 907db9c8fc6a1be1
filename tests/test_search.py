"""The search goes on while a statement of the author's still has something to mend."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

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
