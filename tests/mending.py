"""A session mended in this process: statement by statement to the first fault, the first proposal, from the top."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import linecache
import random
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from dlexamples.model import Frame, Place, Proposal, Stop
from dlexamples.repair import propose

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MENDS = 40


@dataclass(frozen=True)
class Mended:
    sources: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    error: BaseException | None
    """What is left when nothing more is proposed."""
    namespace: dict[str, Any]
    output: str
    trained: frozenset[str]
    """Names of modules whose parameters changed."""


def mend(published: Sequence[str], *, columns: bool = True) -> Mended:
    """The session after every mend that is proposed; `columns=False` tells places as Python 3.10 does."""
    sources = tuple(published)
    proposals: list[Proposal] = []
    for _ in range(MOST_MENDS):
        stop, namespace, output, trained = run(sources, tuple(published), columns=columns)
        proposal = next(propose(stop), None) if stop else None
        if proposal is None or proposal.final:
            return Mended(sources, tuple(proposals), stop.error if stop else None, namespace, output, trained)
        assert len(proposal.sources) == len(sources)
        assert proposal.sources != sources, "a mend changes something"
        proposals.append(proposal)
        sources = proposal.sources
    raise AssertionError(f"still mending after {MOST_MENDS} edits:\n" + "\n---\n".join(sources))


def run(
    sources: tuple[str, ...], published: tuple[str, ...], *, columns: bool = True
) -> tuple[Stop | None, dict[str, Any], str, frozenset[str]]:
    """One run from the top: the stop if there is one, the names, the output, the modules that were trained."""
    namespace = types.ModuleType("__main__").__dict__
    output = io.StringIO()
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    before: dict[int, tuple[str, Any, list[torch.Tensor]]] = {}
    for block, source in enumerate(sources):
        filename = f"<block {block}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        for node in ast.parse(source).body:
            code = compile(ast.Module([node], []), filename, "exec")
            try:
                with contextlib.redirect_stdout(output):
                    exec(code, namespace)
            except Exception as error:
                stop = stopped(error, node, block, sources, published, namespace, columns=columns)
                return stop, namespace, output.getvalue(), frozenset()
            _remember(namespace, before)
    return None, namespace, output.getvalue(), _changed(before)


def stopped(
    error: BaseException,
    node: ast.stmt,
    block: int,
    sources: tuple[str, ...],
    published: tuple[str, ...],
    namespace: dict[str, Any],
    *,
    columns: bool,
) -> Stop:
    statement = Place(block, node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<block "):
            at_block = int(code.co_filename[len("<block ") : -1])
            at = _place(trace, at_block, sources[at_block], columns=columns)
            function = "" if code.co_name == "<module>" else code.co_name
            frames.append(Frame(at, trace.tb_frame.f_locals, function))
        trace = trace.tb_next
    last = frames[-1]
    return Stop(error, namespace, last.names, sources, published, statement, last.at, frames=tuple(frames))


def _place(trace: types.TracebackType, block: int, source: str, *, columns: bool) -> Place:
    code = trace.tb_frame.f_code
    if columns and hasattr(code, "co_positions"):
        spot = next(itertools.islice(code.co_positions(), trace.tb_lasti // 2, None))
        if spot[0] is not None and spot[1] is not None and spot[2] is not None and spot[3] is not None:
            return Place(block, spot[0], spot[2], spot[1], spot[3])
    text = source.splitlines()[trace.tb_lineno - 1]
    return Place(block, trace.tb_lineno, len(text) - len(text.lstrip()), trace.tb_lineno, len(text.rstrip()))


def _remember(namespace: dict[str, Any], before: dict[int, tuple[str, Any, list[torch.Tensor]]]) -> None:
    for name, value in namespace.items():
        if isinstance(value, torch.nn.Module) and id(value) not in before:
            if any(isinstance(p, torch.nn.UninitializedParameter) for p in value.parameters()):
                continue
            before[id(value)] = (name, value, [p.detach().clone() for p in value.parameters()])


def _changed(before: dict[int, tuple[str, Any, list[torch.Tensor]]]) -> frozenset[str]:
    return frozenset(
        name
        for name, module, values in before.values()
        if any(not torch.equal(now, then) for now, then in zip(module.parameters(), values, strict=False))
    )
