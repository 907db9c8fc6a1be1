"""torchfix's own cases: what runs on the installed torch is not touched, and where a torch takes the old name out, the
rows give the text that torchfix gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from dlexamples.model import Outcome
    from dlexamples.run.pool import Pool

pytest.importorskip("torch")

FOLDER = Path(__file__).parent / "cases" / "torchfix"
RUNS = {"aliased_import", "amp", "chain_matmul", "cholesky", "functorch", "ger-outer", "qr", "range-arange"}
"""Those that run on torch 2.13, but for the lines of IDLE; `register_pytree_node` calls with no argument at all."""
IDLE = re.compile(r"^(?:from \. import .*|\w+ = torch\.norm\(\)|\w+ = something\..*)\n", re.MULTILINE)
"""Lines of these cases that no torch runs: torchfix only parses them."""
WITHOUT = """\
import torch as _torch

for _name in {names}:
    delattr(_torch, _name)
"""
"""What a later torch does: a block before the case takes the names away."""


@pytest.mark.parametrize("name", sorted(RUNS))
def test_what_runs_is_not_touched(name: str, pool: Pool) -> None:
    (outcome,) = _outcomes([_regular((FOLDER / f"{name}.in.py").read_text("utf-8"))], pool)
    assert outcome.verdict is Verdict.PASSED
    assert not outcome.edits


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("aliased_import", ("chain_matmul", "cholesky", "qr")),
        ("chain_matmul", ("chain_matmul",)),
        ("cholesky", ("cholesky",)),
        ("qr", ("qr",)),
    ],
)
def test_where_the_name_is_taken_out_the_text_is_torchfixs(name: str, gone: tuple[str, ...], pool: Pool) -> None:
    taking = WITHOUT.format(names=gone)
    given, expected = (_regular((FOLDER / f"{name}.{side}.py").read_text("utf-8")) for side in ("in", "out"))
    *_, outcome = _outcomes([f"{taking}\ncounted = 1\n", f"{given}\nassert counted == 1\n"], pool)
    assert outcome.verdict is Verdict.REPAIRED
    assert _plain(outcome.runnable_source) == _plain(f"{expected}\nassert counted == 1\n")


def _outcomes(blocks: list[str], pool: Pool) -> list[Outcome]:
    post = "# Case\n\n" + "\n\n".join(f"```python\n{block.strip()}\n```" for block in blocks) + "\n"
    document = parse(Path("case.md"), post)
    return list(check(document, Runner(pool, document, Conditions(device="cpu"))))


def _regular(source: str) -> str:
    """A case as it runs: one takes the Cholesky factor of a singular matrix, others call what they never define."""
    given = "pos_seq, inv_freq = torch.ones(2), torch.ones(3)"
    source = IDLE.sub("", source).replace("torch.arange(9.0).reshape(3, 3)", "torch.eye(3)")
    return source.replace("import torch\n", f"import torch\n{given}\n", 1) if "pos_seq" in source else source


def _plain(source: str) -> str:
    return re.sub(r"\s+", " ", source).strip()
