"""The XOR table, and parity above two bits: all 2ⁿ rows, so nothing is left out and nothing is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.data.refusal import CannotTell
from dlexamples.data.table import Ask, Table, dataset
from dlexamples.data.targets import Target
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.widths import Width

MOST_BITS = 10


@dataset("xor", title="the XOR table", words={"xor", "parity"}, spoken=r"(?<![a-z])xor(?![a-z])|exclusive[ -]or\b")
def xor(width: Width | None) -> Table:
    """2ⁿ rows of n bits; the target is 1 where an odd number of bits is set. For n = 2 that is XOR.

    n is what the model or the code declares, and 2 where nothing does.
    """
    bits = width.columns if width else 2
    if bits < 2:
        raise CannotTell(f"XOR takes at least two inputs, and {width.why if width else 'none are declared'}")
    if bits > MOST_BITS:
        raise CannotTell(f"XOR of {bits} inputs has 2**{bits} rows; it is written out for up to {MOST_BITS} inputs")
    table = f"all {2**bits} rows of {bits}-bit parity (XOR of {bits} inputs)" if bits > 2 else "the XOR truth table"
    return Table(
        what=f"{table}, real and complete",
        claim=Claim.REAL,
        rows=2**bits,
        columns=bits,
        classes=2,
        arrays=_pair if bits == 2 else lambda ask: _parity(bits, ask),
        batch=4,
        may_be_split=False,
        why=f"{bits}-bit parity, because {width.why}" if width and bits > 2 else "",
    )


def _pair(ask: Ask) -> list[str]:
    """Four rows, written out."""
    rows, answers = "[[0, 0], [0, 1], [1, 0], [1, 1]]", "[0, 1, 1, 0]"
    column = "[[0], [1], [1], [0]]"
    library, array = _library(ask)
    written = {
        Target.CLASSES: f"{array}({answers})",
        Target.FLAT: f"{array}({answers}, dtype={library}.float32)",
        Target.COLUMN: f"{array}({column}, dtype={library}.float32)",
        Target.ONE_HOT: _one_hot(ask, library, answers),
    }
    inputs = [f"{ask.x} = {array}({rows}, dtype={library}.float32)"] if ask.wants_x else []
    return inputs + ([f"{ask.y} = {written[ask.target]}"] if ask.wants_y else [])


def _parity(bits: int, ask: Ask) -> list[str]:
    """Counted from the rows."""
    library, array = _library(ask)
    x = ask.x
    if ask.values == "torch":
        rows = f"{library}.cartesian_prod(*[{array}([0.0, 1.0])] * {bits})"
        classes, flat = f"{x}.sum(dim=1).long() % 2", f"{x}.sum(dim=1) % 2"
        column = f"{x}.sum(dim=1, keepdim=True) % 2"
    else:
        rows = f"{array}(list({library}.ndindex((2,) * {bits})), dtype={library}.float32)"
        classes, flat = f"{x}.sum(axis=1).astype({library}.int64) % 2", f"{x}.sum(axis=1) % 2"
        column = f"{x}.sum(axis=1, keepdims=True) % 2"
    written = {
        Target.CLASSES: classes,
        Target.FLAT: flat,
        Target.COLUMN: column,
        Target.ONE_HOT: _one_hot(ask, library, classes),
    }
    return [f"{x} = {rows}", *([f"{ask.y} = {written[ask.target]}"] if ask.wants_y else [])]


def _library(ask: Ask) -> tuple[str, str]:
    if ask.values == "torch":
        torch = ask.imports.module("torch")
        return torch, f"{torch}.tensor"
    numpy = ask.imports.module("numpy", "np")
    return numpy, f"{numpy}.array"


def _one_hot(ask: Ask, library: str, classes: str) -> str:
    dtype = "" if ask.values == "torch" else f", dtype={library}.float32"
    return f"{library}.eye(2{dtype})[{classes}]"
