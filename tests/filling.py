"""A session with its missing names supplied, statement by statement, as the probe does it.

Runs in a process of its own, so that no test shares TensorFlow's threads.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import random
import sys
import types
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlexamples.data import propose
from dlexamples.model import Place, Proposal, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_FILLS = 20


@dataclass(frozen=True)
class Filled:
    sources: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    refusals: tuple[Proposal, ...]
    error: str
    """What is left when nothing more is proposed: the exception's class and words."""


def fill(published: Sequence[str]) -> Filled:
    """The session after every proposal that is not a refusal."""
    sources = tuple(published)
    proposals: list[Proposal] = []
    for _ in range(MOST_FILLS):
        stop = stopped(sources, tuple(published))
        if stop is None:
            return Filled(sources, tuple(proposals), (), "")
        found = tuple(propose(stop))
        if not found or found[0].final:
            return Filled(sources, tuple(proposals), found, f"{type(stop.error).__name__}: {stop.error}")
        proposals.append(found[0])
        sources = found[0].sources
    raise AssertionError("\n---\n".join(sources))


def stopped(sources: tuple[str, ...], published: tuple[str, ...]) -> Stop | None:
    """Where a run from the top stops."""
    namespace = types.ModuleType("__main__").__dict__
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
    for block, source in enumerate(sources):
        for node in ast.parse(source).body:
            if error := _error(node, namespace):
                place = Place(block, node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
                return Stop(error, namespace, _locals(error, namespace), sources, published, place, place)
    return None


def _error(node: ast.stmt, namespace: dict[str, object]) -> Exception | None:
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(ast.Module([node], []), "<post>", "exec"), namespace)
    except Exception as error:
        return error
    return None


def _locals(error: BaseException, namespace: dict[str, object]) -> dict[str, object]:
    found, trace = namespace, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<post>":
            found = trace.tb_frame.f_locals
        trace = trace.tb_next
    return found


def quiet() -> None:
    """For a new process, before it imports a framework."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", MPLBACKEND="Agg")
