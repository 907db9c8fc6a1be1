"""Comments that must stay a block's first lines: imports and data are supplied, and fixes written, below them."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from test_cli import run
from test_notebook import code, written

from dlexamples.data.insert import above, among_imports
from dlexamples.directives import below_directives

if TYPE_CHECKING:
    from pathlib import Path

# Fence, the rows that stay on top, the rest.
BLOCKS = {
    "shebang": ("python", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n", "print(np.zeros(3))\n"),
    "magic": ("python", "%%time\n", "print(np.zeros(3))\n"),
    "shell": ("python", "!echo \\\n  numpy\n", "print(np.zeros(3))\n"),
    "d2l tab": ("{.python .input}", "%%tab all\n", "print(np.zeros(3))\n"),
    "d2l comment": ("python", "#@tab all\n", "print(np.zeros(3))\n"),
    "Quarto": ("{python}", "#| echo: false\n#| fig-cap: x\n\n", "# All zero.\nprint(np.zeros(3))\n"),
    "MyST": ("{code-cell} python", ":tags: [a]\n", "print(np.zeros(3))\n"),
    "MyST YAML": ("{code-cell} python", "---\ntags:\n  - a\n---\n", "print(np.zeros(3))\n"),
    "marker": ("python", "# dlexamples: raises ValueError\n", "np.zeros(3).reshape(7)\n"),
}


@pytest.mark.parametrize(
    ("source", "row"),
    [
        ("f()", 0),
        ("\n\nf()", 0),
        ("# Training\nf()", 0),
        ("# 50 % of it: a note\n# -----------\n# train: yes\n\nf()", 0),
        ("x = 1\n# %%time\nf()", 0),
        ("# %%time\nf()", 1),
        ("\n# %%time\n\n\n# Training\nf()", 4),
        ("# A reason.\n# dlexamples: no-run\n# Training\nf()", 2),
        ("# !pip install \\\n# numpy\n# Training\nf()", 2),
        ("# ---\n# tags:\n#   - a\n# ---\nf()", 4),
        ("# %%time\n", 2),
    ],
)
def test_the_row_below_directives(source: str, row: int) -> None:
    assert below_directives(source.split("\n")) == row


def test_lines_and_imports_go_below_directives() -> None:
    source = "# %%time\n# Training\nf(x)\n"
    filled = above(source, 3, ["x = 1"])
    assert filled == "# %%time\nx = 1\n\n# Training\nf(x)\n"
    expected = "# %%time\nimport numpy as np\n\nx = 1\n\n# Training\nf(x)\n"
    assert among_imports(filled, ["import numpy as np"], ast.parse(source), source) == expected


def test_fix_writes_imports_below_directives_and_the_verdicts_hold(tmp_path: Path) -> None:
    post = tmp_path / "post.md"
    post.write_text(_post(""), encoding="utf-8")
    assert _verdicts("post.md", tmp_path) == ["filled"] * len(BLOCKS)
    assert run("fix", "--session", "block", "post.md", folder=tmp_path).returncode == 0
    assert post.read_text(encoding="utf-8") == _post("import numpy as np\n\n")
    assert _verdicts("post.md", tmp_path) == ["passed"] * len(BLOCKS)


def test_fix_keeps_a_cell_magic_first_in_its_cell(tmp_path: Path) -> None:
    (tmp_path / "post.ipynb").write_text(written(code("%%time\nnp.zeros(3)")), encoding="utf-8")
    assert run("fix", "post.ipynb", folder=tmp_path).returncode == 0
    (cell,) = json.loads((tmp_path / "post.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "".join(cell["source"]) == "%%time\nimport numpy as np\n\nnp.zeros(3)"
    assert _verdicts("post.ipynb", tmp_path) == ["passed"]


def _post(imports: str) -> str:
    return "\n".join(f"```{info}\n{top}{imports}{rest}```\n" for info, top, rest in BLOCKS.values())


def _verdicts(post: str, folder: Path) -> list[str]:
    done = run("check", "--session", "block", "--output-format", "json", post, folder=folder)
    (document,) = json.loads(done.stdout)["documents"]
    return [block["verdict"] for block in document["blocks"]]
